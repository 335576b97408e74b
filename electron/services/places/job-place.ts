// place.json of a job folder: where the job was given to, and what that place last said of it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { JobPlaceInput, PlaceWord, RunPlace } from '../../../contract/place.ts'
import { PLACE_FILE, readJobPlace } from '../../../trainer/job-folder/read-job-place.ts'
import { writeJsonFile } from '../workspace/json-file.ts'

export function writeJobPlace(folder: string, place: JobPlaceInput): void {
  writeJsonFile(join(folder, PLACE_FILE), place)
}

/** The job is of this machine from here on. */
export function forgetJobPlace(folder: string): void {
  rmSync(join(folder, PLACE_FILE), { force: true })
}

/** Written only when it says something new: whoever watches the folder notices. */
export function noteWord(folder: string, word: PlaceWord): void {
  const known = readJobPlace(folder)
  if (known && JSON.stringify(known.word) !== JSON.stringify(word)) writeJobPlace(folder, { ...known, word })
}

/** For people; null on this machine. */
export function describeJobPlace(folder: string): RunPlace | null {
  const known = readJobPlace(folder)
  return known && { name: known.place.name, kind: known.place.kind, job: known.job, ...known.word }
}
