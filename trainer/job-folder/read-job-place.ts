// place.json of a job folder: where the job was given to. Written by services; a trainer only looks whether the job is its
// to take.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobPlaceSchema, type JobPlace } from '../../contract/place.ts'

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

/** The place that has what is not in this folder yet; null when all of the job is here. */
export function whereAway(folder: string): JobPlace | null {
  const known = readJobPlace(folder)
  return known && known.away !== '' ? known : null
}
