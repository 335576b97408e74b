// place.json of a job folder: where the job was given to, and what that place last said of it.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { JobPlaceSchema, type JobPlace, type PlaceWord, type RunPlace } from '../../../contract/place.ts'
import { writeJsonFile } from '../workspace/json-file.ts'

export const PLACE_FILE = 'place.json'

/** null for a job of this machine. */
export function readJobPlace(folder: string): JobPlace | null {
  const path = join(folder, PLACE_FILE)
  if (!existsSync(path)) return null
  try {
    return JobPlaceSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

export function writeJobPlace(folder: string, place: JobPlace): void {
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
