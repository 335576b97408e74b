// Creating, resuming, pausing and stopping training runs.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunSummary } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { JobState, TrainJob } from '../../../contract/job.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { describeWord } from '../../../contract/place.ts'
import { indexRun } from '../database/index-run.ts'
import type { Database } from '../database/open-database.ts'
import { createJobFolder } from '../jobs/create-job-folder.ts'
import { followJob, jobFailure, type FollowOptions } from '../jobs/follow-job.ts'
import { isAlive, jobState } from '../jobs/job-state.ts'
import { PLACE_FILE, readJobPlace, whereAway } from '../../../trainer/job-folder/read-job-place.ts'
import { journalSize } from '../../../trainer/job-folder/read-journal.ts'
import { findPlace } from '../places/find-place.ts'
import { describeJobPlace } from '../places/job-place.ts'
import { lookAtJobs } from '../places/look-at-jobs.ts'
import { openPlace } from '../places/open-place.ts'
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
  /** Name of a place; where it ran before unless given, and this machine the first time. */
  place?: string | undefined
}

/**
 * Starts a run, or continues one that is not finished and not running, from its last checkpoint.
 * @returns the size of the journal before the start: follow from there to see only what is new
 * @throws OrganMosaicError `conflict` when it runs already or is finished, or no smaller patch is offered
 */
export async function startRun(store: RunStore, name: string, options: StartOptions = {}): Promise<number> {
  const before = journalSize(runFolder(store.workspace, name))
  await startRuns(store, [name], options)
  return before
}

/** At once, which a cluster sees as one array. @throws OrganMosaicError as startRun */
export async function startRuns(
  { workspace }: RunStore,
  names: readonly string[],
  { smallerPatch = false, place }: StartOptions = {},
): Promise<void> {
  const folders = names.map((name) => runFolder(workspace, name))
  await lookAtJobs(folders)
  for (const folder of folders) await untilBack(folder)
  for (const name of names) {
    const { config } = readRun(workspace, name)
    refuseUnlessIdle(name, runFolder(workspace, name))
    answerMemoryOffer(runFolder(workspace, name), name, smallerPatch, config.runtime.onOutOfMemory)
  }
  const before = folders[0] === undefined ? null : readJobPlace(folders[0])
  const chosen = place ?? before?.place.name
  await openPlace(chosen === undefined ? null : findPlace(workspace, chosen)).start(folders)
}

/** What brings a job back tells how far it is every second. */
const SILENCE_MS = 30_000

/** A job that ended on a machine with copies of its own goes on from what it made there, once all of it is here. */
async function untilBack(folder: string): Promise<void> {
  let [told, toldAtMs] = ['', performance.now()]
  for (;;) {
    const word = whereAway(folder)?.word
    if (word?.state !== 'ended' || performance.now() - toldAtMs > SILENCE_MS) return
    if (word.reason !== told) [told, toldAtMs] = [word.reason, performance.now()]
    await sleep(200)
    await lookAtJobs([folder])
  }
}

function refuseUnlessIdle(name: string, folder: string): void {
  const state = jobState(folder)
  const conflict = (message: string): OrganMosaicError => new OrganMosaicError('conflict', message)
  if (state === 'finished') {
    throw conflict(`Run ${name} is finished, there is nothing to resume; evaluate it to see its scores.`)
  }
  const away = whereAway(folder)
  if (away && state === 'running') {
    const what = away.word.state === 'ended' ? 'is not all here yet' : 'is running already'
    throw conflict(
      `Run ${name} ${what}: it ${describeWord(describeJobPlace(folder)!)}. If that machine is gone for good, delete ${join(folder, PLACE_FILE)}: the run then goes on from what came back.`,
    )
  }
  if (state === 'running') throw conflict(`Run ${name} is running already.`)
  if (state === 'queued' && isAlive(folder)) throw conflict(`Run ${name} waits for its turn already.`)
}

/**
 * Asks a running training to pause or stop and returns at once; it writes a checkpoint first. One that waits for its turn
 * leaves the queue.
 * @throws OrganMosaicError `conflict` when it neither runs nor waits
 */
export async function controlRun(store: RunStore, name: string, request: 'pause' | 'stop'): Promise<RunSummary> {
  const job = readRun(store.workspace, name)
  const folder = runFolder(store.workspace, name)
  await lookAtJobs([folder])
  const state = jobState(folder)
  const works = state === 'running' || (state === 'queued' && isAlive(folder))
  if (!works && !(state === 'awaiting-review' && request === 'stop')) {
    throw new OrganMosaicError('conflict', `Run ${name} is ${state}, not running; there is nothing to ${request}.`)
  }
  await openPlace(readJobPlace(folder)?.place ?? null).ask(folder, request)
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
