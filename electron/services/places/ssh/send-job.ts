// The way there: everything that the job needs, and then its start.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import { readRequest } from '../../jobs/request-control.ts'
import { jobThere, removeThere, sending, startThere } from './copy-there.ts'
import { ended, type Errand } from './errand.ts'
import { bytesToSend, runTransfer } from './rsync.ts'

const RETRY_MS = 5_000
/** A file that changes while it is sent is sent again; one that never can be is no such file. */
const ATTEMPTS = 3

/** @throws OrganMosaicError `environment` when the other machine refuses */
export async function sendJob(errand: Errand): Promise<void> {
  const { folder, place, away } = errand
  const transfer = sending(place, away, folder)
  let attempts = 0
  let total: number | null = null
  while (errand.isMine() && !errand.isHopeless()) {
    if (readRequest(folder) !== 'run') return cancel(errand)
    const left = await bytesToSend(transfer)
    total ??= left
    const before = (total ?? 0) - (left ?? 0)
    const end = left === null ? null : await sendWatched(errand, transfer, before, total ?? 0)
    if (end?.state === 'done') return errand.note({ sent: true })
    if (end?.state === 'changed' && ++attempts === ATTEMPTS) {
      throw new OrganMosaicError('environment', `Not everything could be sent to ${place.name} (${end.why}).`)
    }
    if (end === null || end.state === 'cut-off')
      errand.say('waiting', `${errand.lost()}; the rest is sent when there is`)
    if (end?.state !== 'cancelled') await errand.pause(RETRY_MS, 'run')
  }
}

async function sendWatched(
  errand: Errand,
  transfer: ReturnType<typeof sending>,
  before: number,
  total: number,
): ReturnType<typeof runTransfer> {
  const controller = new AbortController()
  const watch = setInterval(() => {
    if (readRequest(errand.folder) !== 'run' || !errand.isMine()) controller.abort()
  }, 200)
  const tell = (bytes: number): void => {
    errand.found()
    errand.say('waiting', `sending ${formatBytes(Math.min(before + bytes, total))} of ${formatBytes(total)}`)
  }
  try {
    tell(0)
    return await runTransfer(transfer, { onBytes: tell, signal: controller.signal })
  } finally {
    clearInterval(watch)
  }
}

/** Nothing is there that is not here. */
async function cancel({ place, away, folder, note }: Errand): Promise<void> {
  await removeThere(place, jobThere(away, folder))
  note({ away: '', word: ended('') })
}

/** Of a copy that is complete: where the answer was lost, it is asked again. @throws OrganMosaicError `environment` */
export async function startJobThere(errand: Errand): Promise<void> {
  const { place, away, folder } = errand
  while (errand.isMine() && !errand.isHopeless()) {
    errand.say('waiting', 'everything is there; it is being started')
    const answer = await startThere(place, jobThere(away, folder))
    if (answer?.pid) return errand.note({ job: answer.pid, word: { ...ended(''), state: 'running' } })
    if (answer)
      throw new OrganMosaicError('environment', `The job could not be started on ${place.host} (${answer.problem}).`)
    errand.say('waiting', `${errand.lost()}; it is started when there is`)
    await errand.pause(RETRY_MS, readRequest(folder))
  }
}
