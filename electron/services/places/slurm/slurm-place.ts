// A cluster with Slurm: jobs are given to sbatch and watched with squeue. No accounting is needed.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { SlurmPlace } from '../../../../contract/place.ts'
import { isBeating } from '../../../../trainer/job-folder/heartbeat.ts'
import { readJobPlace } from '../../../../trainer/job-folder/read-job-place.ts'
import { lastSeq } from '../../../../trainer/job-folder/read-journal.ts'
import { isAlive } from '../../jobs/job-state.ts'
import { requestControl } from '../../jobs/request-control.ts'
import { noteWord, writeJobPlace } from '../job-place.ts'
import type { PlaceWork } from '../place.ts'
import { askProgram, runProgram } from '../run-program.ts'
import { checkSlurm } from './check-slurm.ts'
import { failureReason, QUEUE_FORMAT, readQueue, type QueuedJob } from './read-queue.ts'
import { batchOptions, batchScript } from './slurm-script.ts'

export const slurmPlace = (place: SlurmPlace): PlaceWork => ({
  start: (folders) => submit(place, folders),
  async ask(folder, request) {
    requestControl(folder, request)
    const job = readJobPlace(folder)?.job
    // Only while it waits: what runs obeys the wish between two steps, and loses nothing.
    if (job) await runProgram('scancel', ['--state=PENDING', job])
    await look([folder])
  },
  look,
  check: (workspace) => checkSlurm(place, workspace),
})

async function submit(place: SlurmPlace, folders: readonly string[]): Promise<void> {
  const busy = folders.find((folder) => isAlive(folder))
  if (busy !== undefined) {
    throw new OrganMosaicError('conflict', `The job in ${busy} waits or runs already; wait for it or stop it first.`)
  }
  for (const folder of folders) requestControl(folder, 'run')
  const answer = await runProgram('sbatch', batchOptions(place, folders), { input: batchScript(place, folders) })
  // JOB, or JOB;CLUSTER
  const [job = ''] = answer.trim().split(';')
  for (const [index, folder] of folders.entries()) {
    writeJobPlace(folder, {
      place,
      job: folders.length > 1 ? `${job}_${index}` : job,
      afterSeq: lastSeq(folder),
      owner: userNumber(),
      word: { state: 'waiting', reason: '', position: null, startsAt: null, node: '' },
    })
  }
}

interface SlurmJob {
  readonly folder: string
  readonly job: string
  /** Whether this user gave it to the cluster. */
  readonly own: boolean
}

async function look(folders: readonly string[]): Promise<void> {
  const jobs = folders.flatMap((folder): SlurmJob[] => {
    const known = readJobPlace(folder)
    return known?.job ? [{ folder, job: known.job, own: known.owner === null || known.owner === userNumber() }] : []
  })
  await lookAt(
    jobs.filter(({ own }) => own),
    ['--me'],
  )
  const others = jobs.filter(({ own }) => !own)
  await lookAt(others, [`--jobs=${others.map(({ job }) => job).join(',')}`])
}

async function lookAt(jobs: readonly SlurmJob[], whose: readonly string[]): Promise<void> {
  if (jobs.length === 0) return
  const answer = await askProgram('squeue', queueOptions(...whose, '--states=all')).catch(() => null)
  if (answer?.code !== 0) return
  const queue = readQueue(answer.output)
  const places = await positions(jobs.flatMap(({ job }) => queue.get(job) ?? []))
  for (const { folder, job, own } of jobs) {
    const found = queue.get(job)
    // A cluster may hide the jobs of others, and another cluster knows neither: what beats has not ended.
    if (!found && (!own || isBeating(folder))) continue
    const word = found?.word ?? { state: 'ended' as const, reason: '', position: null, startsAt: null, node: '' }
    const reason = found?.slurmState === 'FAILED' ? await explainFailure(job) : word.reason
    noteWord(folder, { ...word, reason, position: places.get(job) ?? null })
  }
}

/** null where users have none. */
const userNumber = (): number | null => process.getuid?.() ?? null

const queueOptions = (...words: string[]): string[] => ['--noheader', '--array', `--format=${QUEUE_FORMAT}`, ...words]

/** How many jobs of the same partition come before, by their present priority. */
async function positions(jobs: readonly QueuedJob[]): Promise<Map<string, number>> {
  const partitions = new Set(jobs.flatMap(({ word, partition }) => (word.state === 'waiting' ? [partition] : [])))
  const found = new Map<string, number>()
  for (const partition of partitions) {
    const words = queueOptions('--states=PENDING', `--partition=${partition}`, '--sort=-p,i')
    const answer = await askProgram('squeue', words).catch(() => null)
    if (answer?.code === 0) [...readQueue(answer.output).keys()].forEach((job, index) => found.set(job, index + 1))
  }
  return found
}

async function explainFailure(job: string): Promise<string> {
  const answer = await askProgram('scontrol', ['--oneliner', 'show', 'job', job]).catch(() => null)
  return failureReason(answer?.output ?? '')
}
