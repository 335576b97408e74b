// Follows a job: passes on its events as they appear, and says how it ended.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { JobState } from '../../../contract/job.ts'
import type { RunPlace } from '../../../contract/place.ts'
import { describeJobPlace } from '../places/job-place.ts'
import { lookAtJobs } from '../places/look-at-jobs.ts'
import { isAlive, jobState } from './job-state.ts'
import { lastEvent, readJournal } from '../../../trainer/job-folder/read-journal.ts'
import { LOG_START, TRAINER_LOG } from './start-job.ts'

/** What Node, C++ and TensorFlow write when they give up. */
const errorPattern = /^(Uncaught )?\w*Error\b|^terminate called|out of memory|^F\d{4} /i

export type FollowOptions = {
  /** Ends the following (not the job) at the next look. */
  signal?: AbortSignal
  /** Byte offset in the journal to begin at; a resumed job is followed from where its journal ended. */
  from?: number
  pollMs?: number
  /** What the place of the job says, whenever it says something new. */
  onPlace?: (place: RunPlace) => void
}

/** After its last word a process may still be on its way out; whoever starts the next one must not meet it. */
const goodbyeMs = 10_000

/** @returns the state of the job when its process ended or it waits for a review, or when the signal fired */
export async function followJob(
  folder: string,
  onEvent: (event: JobEvent) => void,
  { signal, from = 0, pollMs = 200, onPlace = () => undefined }: FollowOptions = {},
): Promise<JobState> {
  let offset = from
  let saidGoodbyeAt: number | null = null
  let told = ''
  for (;;) {
    await lookAtJobs([folder])
    const place = describeJobPlace(folder)
    if (place && JSON.stringify(place) !== told) onPlace(place)
    told = JSON.stringify(place)
    // Liveness before the journal: what a process wrote before it died is then never missed.
    const alive = isAlive(folder)
    const part = readJournal(folder, offset)
    offset = part.end
    for (const event of part.events) {
      onEvent(event)
      if (event.type === 'state')
        saidGoodbyeAt = event.state === 'running' || event.state === 'queued' ? null : performance.now()
    }
    const gone = !alive || (saidGoodbyeAt !== null && performance.now() - saidGoodbyeAt > goodbyeMs)
    if (signal?.aborted) return jobState(folder)
    if (gone) {
      const state = jobState(folder)
      // process.json was being replaced a moment ago: the process is there after all. Queued: the job was given back.
      if (state !== 'running' && state !== 'queued') return state
    }
    await sleep(pollMs)
  }
}

/**
 * The error that tells why a job did not finish: the trainer's own, else what its log says.
 * @param what e.g. 'The training of run demo'
 */
export function jobFailure(folder: string, what: string, nextStep: string): OrganMosaicError {
  const reported = lastEvent(folder, 'error')
  if (reported && jobState(folder) === 'failed') {
    const { code, message, details } = reported.report.error
    return new OrganMosaicError(code, message, { details })
  }
  const line = lastErrorLine(folder)
  return new OrganMosaicError(
    'job-failed',
    `${what} ended without finishing${line ? ` ("${line}")` : ''}; its log is ${join(folder, TRAINER_LOG)}. ${nextStep}`,
    { details: { folder } },
  )
}

/** The last line of the present process's log that tells of an error; '' when it wrote none, as when it was killed. */
function lastErrorLine(folder: string): string {
  const lines = presentLog(folder).split('\n')
  return (lines.findLast((line) => errorPattern.test(line)) ?? '').trim().slice(0, 300)
}

/** What the present process, and no earlier one, wrote to its log; '' without a log. */
export function presentLog(folder: string): string {
  try {
    const log = readFileSync(join(folder, TRAINER_LOG), 'utf8')
    return log.slice(log.lastIndexOf(LOG_START) + 1)
  } catch {
    return ''
  }
}
