// Another machine that does not see the paths of this one: what a run needs is sent there with rsync, and what it makes
// comes back. A courier, a process of its own, does both; here it is only asked for.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import type { PlaceWord, SshPlace } from '../../../../contract/place.ts'
import { lastSeq } from '../../../../trainer/job-folder/read-journal.ts'
import { readJob } from '../../jobs/create-job-folder.ts'
import { isAlive } from '../../jobs/job-state.ts'
import { requestControl } from '../../jobs/request-control.ts'
import { writeJobPlace } from '../job-place.ts'
import type { PlaceWork } from '../place.ts'
import { requireReady } from './check-synced.ts'
import { clearThere, copiesOf, sending } from './copy-there.ts'
import { ensureCourier, LIST_FILE } from './courier-file.ts'
import { bytesToSend } from './rsync.ts'
import { runsRead, whatTravels } from './what-travels.ts'

export const syncedPlace = (place: SshPlace): Omit<PlaceWork, 'check'> => ({
  async start(folders) {
    for (const folder of folders) await submit(place, folder)
  },
  async ask(folder, request) {
    requestControl(folder, request)
    await ensureCourier(folder)
  },
  look: async (folders) => void (await Promise.all(folders.map((folder) => ensureCourier(folder)))),
})

/** @throws OrganMosaicError `conflict`, `environment` before anything is sent */
async function submit(place: SshPlace, folder: string): Promise<void> {
  if (isAlive(folder)) {
    throw new OrganMosaicError('conflict', `A process is already working on ${folder}; wait for it or stop it first.`)
  }
  const { machine, freeBytes } = await requireReady(place)
  const runs = runsRead(folder).map((run) => ({ folder: run, createdAt: readJob(run).createdAt }))
  const busy = await clearThere(place, folder, runs)
  if (busy !== null) {
    throw new OrganMosaicError(
      'conflict',
      `Process ${busy} on ${machine} still works on a copy of this job that was given up here. End it there (kill ${busy}), then start the run again.`,
    )
  }
  const paths = await whatTravels(folder)
  writeFileSync(join(folder, LIST_FILE), paths.map((path) => `${path.replace(/^\//, '')}\0`).join(''))
  const bytes = await bytesToSend(sending(place, copiesOf(place), folder))
  if (bytes === null) throw new OrganMosaicError('environment', `The connection to ${machine} was lost; try again.`)
  if (bytes > freeBytes) {
    throw new OrganMosaicError(
      'environment',
      `${formatBytes(bytes)} would be sent to ${machine}, and ${formatBytes(freeBytes)} are free in ${place.folder}. Free some space there, or give the place another folder.`,
    )
  }
  requestControl(folder, 'run')
  writeJobPlace(folder, { place, job: '', afterSeq: lastSeq(folder), away: copiesOf(place), word: waiting(bytes) })
  await ensureCourier(folder)
}

const waiting = (bytes: number): PlaceWord => ({
  state: 'waiting',
  reason: `${formatBytes(bytes)} are to be sent`,
  position: null,
  startsAt: null,
  node: '',
})
