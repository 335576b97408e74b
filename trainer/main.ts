// The trainer child: `node trainer/main.ts JOB_FOLDER`. Reads run.json, writes events.jsonl, obeys control.json.
// Exit code 0 when finished, paused, stopped or waiting for a review; 1 after a failure, which the journal explains;
// 75 when it is to be started again later: a cluster's time limit came near, or another trainer works on the job.
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { OrganMosaicError, toOrganMosaicError } from '../contract/errors.ts'
import { START_AGAIN_EXIT, type Control, type Job } from '../contract/job.ts'
import { saysOutOfMemory } from '../contract/memory.ts'
import { writeFileAtomically } from './imaging/write-file-atomically.ts'
import { claimJob, isConflict } from './job-folder/claim-job.ts'
import { startHeartbeat } from './job-folder/heartbeat.ts'
import { thisProcess } from './job-folder/process-liveness.ts'
import { Interruption, openJournal, readControl, type Journal } from './jobs/journal.ts'
import { readJobFile } from './jobs/read-job-file.ts'
import { StartAgain, startAgain } from './jobs/start-again.ts'
import { readDriver } from './runtime/driver.ts'
import { computesOnCards } from './runtime/gpu-runtime.ts'
import { GPU_BUILD } from './runtime/gpu-build.ts'
import { claimCards, jobCards } from './tensor/job-cards.ts'

interface Ending {
  readonly state: 'finished' | 'awaiting-review' | 'paused'
  readonly message?: string
}

// TensorFlow is imported after the environment is set: its native library reads it when it loads.
async function work(folder: string, job: Job, journal: Journal): Promise<Ending> {
  await sayNewCard(journal)
  const [{ usedDevice, limitMb }, { watchMemory }] = await Promise.all([
    import('./tensor/used-device.ts'),
    import('./jobs/watch-memory.ts'),
  ])
  watchMemory(folder, limitMb())
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'])
  journal.append({ type: 'device', devices: [usedDevice()], threads })
  if (job.kind === 'probe') await (await import('./jobs/probe.ts')).runProbeJob(folder)
  if (job.kind === 'predict') await (await import('./jobs/predict.ts')).runPredictJob(folder, job, journal)
  if (job.kind === 'evaluate') await (await import('./jobs/evaluate.ts')).runEvaluateJob(folder, job, journal)
  if (job.kind === 'preflight') await (await import('./jobs/preflight.ts')).runPreflightJob(folder, job, journal)
  if (job.kind === 'train') {
    const [{ trainWithinMemory, MemoryPause }, { AwaitingReview }] = await Promise.all([
      import('./jobs/train-within-memory.ts'),
      import('./jobs/await-review.ts'),
    ])
    try {
      await trainWithinMemory(folder, job, journal)
    } catch (error) {
      if (error instanceof AwaitingReview) return { state: 'awaiting-review' }
      if (error instanceof MemoryPause) return { state: 'paused', message: error.message }
      throw error
    }
  }
  return { state: 'finished' }
}

/** Said before the wait begins. The driver keeps what it compiled, so that this happens once a card. */
async function sayNewCard(journal: Journal): Promise<void> {
  if (jobCards().length === 0 || !computesOnCards()) return
  const driver = await readDriver()
  const newer = driver.state === 'works' && driver.cards.find(({ capability }) => isNewer(capability))
  if (!newer) return
  const message = `${newer.name} is newer than this TensorFlow: its kernels are compiled now if they never were, which can take many minutes.`
  journal.append({ type: 'log', level: 'warning', message })
}

const isNewer = (capability: number | null): boolean =>
  capability !== null && Math.floor(capability) > GPU_BUILD.newestCapability

/** The number of threads is part of what makes a run repeatable. */
function setCompute(job: Job): void {
  const { device, threads } = 'config' in job ? job.config.runtime : job.compute
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads || availableParallelism())
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1'
  // No graphics card is seen then.
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1'
  // Memory of a card is taken as it is needed, so that others can use the card too.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  // Cards are counted as the driver's tool counts them.
  process.env['CUDA_DEVICE_ORDER'] ??= 'PCI_BUS_ID'
  // Kernels that are compiled for a new card are kept whole: the driver's own limit is too small for TensorFlow's.
  process.env['CUDA_CACHE_MAXSIZE'] ??= String(4 * 2 ** 30)
  claimCards()
  // The same numbers every time: on a card that is a choice of kernels, on the processor it is so anyway.
  if (jobCards().length > 0) process.env['TF_DETERMINISTIC_OPS'] ??= '1'
}

/** A refusal of memory outside of a training, which answers it itself. */
function asReported(error: unknown): OrganMosaicError {
  const known = toOrganMosaicError(error)
  if (known.code !== 'internal' || !saysOutOfMemory(known.message)) return known
  const message = `The memory did not suffice (${known.message}). Close other programs, or use a machine or a card with more memory.`
  return new OrganMosaicError('out-of-memory', message, { cause: error })
}

/** How a job is called that ended because it was asked to. */
const INTERRUPTED: Record<Interruption['request'], { state: 'paused' | 'stopped' | 'queued'; message: string }> = {
  pause: { state: 'paused', message: '' },
  stop: { state: 'stopped', message: '' },
  yield: {
    state: 'queued',
    message: 'Its time on the cluster was up; it goes on from here when its turn comes again.',
  },
}

async function main(folder: string): Promise<number> {
  try {
    startHeartbeat(folder, await claimJob(folder, thisProcess()))
  } catch (error) {
    if (!isConflict(error)) throw error
    // The journal is the other one's.
    console.error(error.message)
    return START_AGAIN_EXIT
  }
  // That was asked of the process before.
  if (readControl(folder) === 'yield') await writeControl(folder, 'run')
  return runJob(folder)
}

const writeControl = (folder: string, request: Control['request']): Promise<void> =>
  writeFileAtomically(join(folder, 'control.json'), JSON.stringify({ request } satisfies Control))

async function runJob(folder: string): Promise<number> {
  const environment = { ...process.env }
  let startsAgain = false
  const journal = openJournal(folder)
  try {
    const job = await readJobFile(folder, 'Restore it from a copy, or start a new run.')
    setCompute(job)
    journal.append({ type: 'state', state: 'running', message: '' })
    journal.append({ type: 'state', message: '', ...(await work(folder, job, journal)) })
    return 0
  } catch (error) {
    if (error instanceof StartAgain) {
      startsAgain = true
      return 0
    }
    if (error instanceof Interruption) {
      journal.append({ type: 'state', ...INTERRUPTED[error.request] })
      return error.request === 'yield' ? START_AGAIN_EXIT : 0
    }
    const known = asReported(error)
    console.error(error)
    journal.append({ type: 'error', report: known.toReport() })
    journal.append({ type: 'state', state: 'failed', message: known.message })
    return 1
  } finally {
    journal.close()
    if (startsAgain) await startAgain(folder, environment)
  }
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: node trainer/main.ts JOB_FOLDER')
  process.exitCode = 2
} else {
  process.exitCode = await main(resolve(folder))
}
