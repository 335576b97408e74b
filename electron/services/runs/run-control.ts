// Creating, resuming, pausing and stopping training runs.
import type { RunSummary } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { Control, JobState, TrainJob } from '../../../contract/job.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { indexRun } from '../database/index-run.ts'
import type { Database } from '../database/open-database.ts'
import { createJobFolder } from '../jobs/create-job-folder.ts'
import { followJob, jobFailure, type FollowOptions } from '../jobs/follow-job.ts'
import { jobState } from '../jobs/job-state.ts'
import { journalSize } from '../jobs/read-journal.ts'
import { requestControl } from '../jobs/request-control.ts'
import { startJob } from '../jobs/start-job.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { planRun, type RunRequest } from './plan-run.ts'
import { answerMemoryOffer, describeOffer, readMemoryOffer } from './memory-offer.ts'
import { summariseRun } from './run-queries.ts'

export type RunStore = { database: Database; workspace: Workspace }

/** Plans the run and makes its folder; nothing runs yet. @throws OrganMosaicError as planRun */
export function createRun({ database, workspace }: RunStore, vocabulary: Vocabulary, request: RunRequest): TrainJob {
  const job = planRun(workspace, vocabulary, request)
  createJobFolder(runFolder(workspace, job.name), job)
  indexRun(database, runFolder(workspace, job.name), job)
  return job
}

export type StartOptions = {
  /** Takes the smaller patch that is offered. */
  smallerPatch?: boolean
}

/**
 * Starts a run, or continues one that is not finished and not running, from its last checkpoint.
 * @returns the size of the journal before the start: follow from there to see only what is new
 * @throws OrganMosaicError `conflict` when it runs already or is finished, or no smaller patch is offered
 */
export async function startRun(
  { workspace }: RunStore,
  name: string,
  { smallerPatch = false }: StartOptions = {},
): Promise<number> {
  const job = readRun(workspace, name)
  const folder = runFolder(workspace, name)
  const state = jobState(folder)
  if (state === 'finished') {
    throw new OrganMosaicError(
      'conflict',
      `Run ${name} is finished, there is nothing to resume; evaluate it to see its scores.`,
    )
  }
  if (state === 'running') {
    throw new OrganMosaicError('conflict', `Run ${name} is running already.`)
  }
  const before = journalSize(folder)
  answerMemoryOffer(folder, name, smallerPatch, job.config.runtime.onOutOfMemory)
  await startJob(folder)
  return before
}

/**
 * Asks a running training to pause or stop and returns at once; it writes a checkpoint first.
 * @throws OrganMosaicError `conflict` when it is not running
 */
export function controlRun(store: RunStore, name: string, request: Exclude<Control['request'], 'run'>): RunSummary {
  const job = readRun(store.workspace, name)
  const folder = runFolder(store.workspace, name)
  const state = jobState(folder)
  if (state !== 'running' && !(state === 'awaiting-review' && request === 'stop')) {
    throw new OrganMosaicError('conflict', `Run ${name} is ${state}, not running; there is nothing to ${request}.`)
  }
  requestControl(folder, request)
  return summariseRun(store.database, store.workspace, job)
}

/** Follows a run to the end of its process, or until the signal fires. */
export function followRun(
  { workspace }: RunStore,
  name: string,
  onEvent: (event: JobEvent) => void,
  options: FollowOptions = {},
): Promise<JobState> {
  return followJob(runFolder(workspace, name), onEvent, options)
}

/**
 * Passes when a followed run finished or waits for its review.
 * @throws OrganMosaicError the trainer's own error, or `job-failed` when it was paused, stopped or died
 */
export function requireFinished({ workspace }: RunStore, name: string, state: JobState): void {
  if (state === 'finished' || state === 'awaiting-review') return
  const resume = `organ-mosaic resume ${name} continues it.`
  const offer = readMemoryOffer(runFolder(workspace, name), state)
  if (offer) throw new OrganMosaicError('out-of-memory', describeOffer(name, offer), { details: { ...offer } })
  if (state === 'paused' || state === 'stopped') {
    throw new OrganMosaicError('job-failed', `Run ${name} was ${state} before its end; ${resume}`)
  }
  throw jobFailure(runFolder(workspace, name), `The training of run ${name}`, resume)
}
