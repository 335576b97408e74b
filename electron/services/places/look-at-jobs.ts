// Asks places what became of jobs, now and then, and leaves the answer in the job folders.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '../../../contract/place.ts'
import { isBeating } from '../../../trainer/job-folder/heartbeat.ts'
import { PLACE_FILE, readJobPlace } from '../../../trainer/job-folder/read-job-place.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { openPlace } from './open-place.ts'

/** Clusters do not like to be asked more often. */
const LOOK_EVERY_MS = 3_000

const lookedAtMs = new Map<string, number>()

/** One question a place, however many jobs. Jobs that were looked at a moment ago are left out. */
export async function lookAtJobs(folders: readonly string[], everyMs = LOOK_EVERY_MS): Promise<void> {
  const byPlace = new Map<string, { place: Place; folders: string[] }>()
  for (const folder of folders) {
    const known = readJobPlace(folder)
    // What was said to have ended and beats is of a colleague whose queue somebody could not see.
    if (!known || (known.word.state === 'ended' && known.away === '' && !isBeating(folder))) continue
    if (performance.now() - (lookedAtMs.get(folder) ?? -Infinity) < everyMs) continue
    lookedAtMs.set(folder, performance.now())
    const key = JSON.stringify(known.place)
    const group = byPlace.get(key) ?? { place: known.place, folders: [] }
    group.folders.push(folder)
    byPlace.set(key, group)
  }
  await Promise.all([...byPlace.values()].map(({ place, folders: jobs }) => openPlace(place).look(jobs)))
}

/** Every run and every short job of the workspace that is somewhere else. */
export const lookAtWorkspace = ({ runs, jobs }: Workspace): Promise<void> =>
  lookAtJobs(
    [runs, jobs].flatMap((parent) =>
      readdirSync(parent)
        .map((name) => join(parent, name))
        .filter(isElsewhere),
    ),
  )

const isElsewhere = (folder: string): boolean => existsSync(join(folder, PLACE_FILE))
