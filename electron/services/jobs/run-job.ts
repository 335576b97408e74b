// Runs a short job (evaluate, predict, export, probe) from its start to its end.
import type { JobEvent } from '../../../contract/events.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Job } from '../../../contract/job.ts'
import type { Place } from '../../../contract/place.ts'
import { openPlace } from '../places/open-place.ts'
import { createJobFolder } from './create-job-folder.ts'
import { followJob, jobFailure } from './follow-job.ts'

/** How a caller watches a job, and asks it to stop. */
export type Watch = {
  onEvent?: (event: JobEvent) => void
  signal?: AbortSignal
}

/**
 * @param what for messages, e.g. 'The evaluation of run demo'
 * @param place this machine unless given
 * @returns every event of the job
 * @throws OrganMosaicError the trainer's own error, or `job-failed` when it died or was stopped
 */
export async function runJob(
  folder: string,
  job: Job,
  what: string,
  { onEvent, signal }: Watch,
  place: Place | null = null,
): Promise<JobEvent[]> {
  createJobFolder(folder, job)
  const { start, ask } = openPlace(place)
  await start([folder])
  // What cannot be asked because it just ended says so itself.
  const askToStop = (): void => void ask(folder, 'stop').catch(() => undefined)
  if (signal?.aborted) askToStop()
  signal?.addEventListener('abort', askToStop, { once: true })
  const events: JobEvent[] = []
  try {
    const state = await followJob(folder, (event) => {
      events.push(event)
      onEvent?.(event)
    })
    if (state === 'finished') return events
    if (signal?.aborted) throw new OrganMosaicError('job-failed', `${what} was stopped.`, { details: { folder } })
    throw jobFailure(folder, what, 'Run the command again once the cause is gone.')
  } finally {
    signal?.removeEventListener('abort', askToStop)
  }
}
