// The way back: how the job goes, what it makes, and at its end all of it.
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toOrganMosaicError } from '../../../../contract/errors.ts'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import type { Control } from '../../../../contract/job.ts'
import { readJob } from '../../jobs/create-job-folder.ts'
import { readRequest } from '../../jobs/request-control.ts'
import {
  bringingAll,
  bringingResults,
  bringingWords,
  jobThere,
  lookThere,
  removeThere,
  type StateThere,
} from './copy-there.ts'
import { ended, type Errand } from './errand.ts'
import { runTransfer, type Transfer, type TransferEnd } from './rsync.ts'

/** Often at first, when somebody watches; of a long training less often. */
const pauseOf = (elapsedMs: number, longestMs: number): number => Math.min(longestMs, 1_000 + elapsedMs / 20)
const WORDS_MS = 10_000
const RESULTS_MS = 30_000

/** Until the trainer there has ended. */
export async function followThere(errand: Errand): Promise<StateThere | null> {
  const { folder, place, away } = errand
  const startedMs = performance.now()
  let asked: Control['request'] | null = 'run'
  let results: Promise<unknown> = Promise.resolve()
  let [isBringing, resultsAtMs] = [false, 0]
  while (errand.isMine() && !errand.isHopeless()) {
    const request = readRequest(folder)
    const state = await lookThere(place, away, folder, request === asked ? null : request)
    if (state !== null) asked = request
    if (state === 'ended' || state === 'gone') {
      await results
      return state
    }
    const end = state === 'running' ? await bring(bringingWords(place, away, folder)) : null
    errand.say('running', whyNotNew(errand, state, end))
    const elapsedMs = performance.now() - startedMs
    if (state === 'running' && !isBringing && performance.now() >= resultsAtMs) {
      isBringing = true
      results = bring(bringingResults(place, away, folder)).finally(() => {
        isBringing = false
        resultsAtMs = performance.now() + pauseOf(elapsedMs, RESULTS_MS)
      })
    }
    await errand.pause(pauseOf(elapsedMs, WORDS_MS), asked)
  }
  return null
}

/** Empty when what is here is what the other machine just said. */
function whyNotNew(errand: Errand, state: StateThere | null, end: TransferEnd | null): string {
  if (state === null || end?.state === 'cut-off') return `${errand.lost()}; what it last said is shown`
  errand.found()
  if (state === 'absent') return `${errand.place.folder} is not there at the moment; what it last said is shown`
  return end?.state === 'done' ? '' : `what it last said is shown (${end?.why ?? ''})`
}

/** What cannot be written here, on a full disk say, is tried again. */
const bring = (transfer: Transfer, onBytes?: (bytes: number) => void): Promise<TransferEnd> =>
  runTransfer(transfer, onBytes ? { onBytes } : {}).catch((thrown: unknown) => ({
    state: 'changed',
    why: toOrganMosaicError(thrown).message,
  }))

const RETRY_MS = 5_000

/** All of the job is here then, and its copy is removed. */
export async function bringBack(errand: Errand): Promise<void> {
  const { folder, place, away } = errand
  while (errand.isMine() && !errand.isHopeless()) {
    errand.say('ended', 'what it made is being brought back')
    const end = await bring(bringingAll(place, away, folder), (bytes) =>
      errand.say('ended', `what it made is being brought back, ${formatBytes(bytes)} by now`),
    )
    if (end.state === 'done') {
      shareReports(folder)
      await removeThere(place, jobThere(away, folder))
      return errand.note({ away: '', word: ended('') })
    }
    const why = end.state === 'cut-off' ? errand.lost() : end.why
    errand.say('ended', `what it made is not all here yet: ${why}`)
    await errand.pause(RETRY_MS, readRequest(folder))
  }
}

/** An evaluation leaves its report with the run too, which there is a copy that nobody looks at. */
function shareReports(folder: string): void {
  const job = readJob(folder)
  const own = join(folder, 'report')
  if (job.kind !== 'evaluate' || !existsSync(own)) return
  const shared = join(job.runFolder, 'report')
  mkdirSync(shared, { recursive: true })
  for (const name of readdirSync(own)) copyFileSync(join(own, name), join(shared, name))
}
