// The trainer child: `node trainer/main.ts JOB_FOLDER`. Reads run.json, writes events.jsonl, obeys control.json.
// Exit code 0 when finished, paused, stopped or waiting for a review; 1 after a failure, which the journal explains.
import { availableParallelism, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { toOrganMosaicError } from '../contract/errors.ts'
import { JobSchema, type Job } from '../contract/job.ts'
import { writeFileAtomically } from './imaging/write-file-atomically.ts'
import { Interruption, openJournal, type Journal } from './jobs/journal.ts'
import { readJsonFile } from './jobs/read-json-file.ts'

// TensorFlow is imported after the environment is set: its native library reads it when it loads.
async function work(folder: string, job: Job, journal: Journal): Promise<'finished' | 'awaiting-review'> {
  if (job.kind === 'probe') await (await import('./jobs/probe.ts')).runProbeJob(folder)
  if (job.kind === 'predict') await (await import('./jobs/predict.ts')).runPredictJob(folder, job, journal)
  if (job.kind === 'evaluate') await (await import('./jobs/evaluate.ts')).runEvaluateJob(folder, job, journal)
  if (job.kind === 'preflight') await (await import('./jobs/preflight.ts')).runPreflightJob(folder, job, journal)
  if (job.kind === 'train') {
    const [{ runTrainJob }, { AwaitingReview }] = await Promise.all([
      import('./jobs/train.ts'),
      import('./jobs/await-review.ts'),
    ])
    try {
      await runTrainJob(folder, job, journal)
    } catch (error) {
      if (error instanceof AwaitingReview) return 'awaiting-review'
      throw error
    }
  }
  return 'finished'
}

/** The number of threads is part of what makes a run repeatable. */
function setCompute(job: Job): void {
  const { device, threads } = 'config' in job ? job.config.runtime : job.compute
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads || availableParallelism())
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1'
  // No graphics card is seen then.
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1'
}

async function main(folder: string): Promise<number> {
  const startedAt = new Date().toISOString()
  await writeFileAtomically(
    join(folder, 'process.json'),
    JSON.stringify({ pid: process.pid, host: hostname(), startedAt }),
  )
  const journal = openJournal(folder)
  try {
    const job = await readJsonFile(join(folder, 'run.json'), JobSchema, 'Restore it from a copy, or start a new run.')
    setCompute(job)
    journal.append({ type: 'state', state: 'running', message: '' })
    journal.append({ type: 'state', state: await work(folder, job, journal), message: '' })
    return 0
  } catch (error) {
    if (error instanceof Interruption) {
      journal.append({ type: 'state', state: error.request === 'pause' ? 'paused' : 'stopped', message: '' })
      return 0
    }
    const known = toOrganMosaicError(error)
    console.error(error)
    journal.append({ type: 'error', report: known.toReport() })
    journal.append({ type: 'state', state: 'failed', message: known.message })
    return 1
  } finally {
    journal.close()
  }
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: node trainer/main.ts JOB_FOLDER')
  process.exitCode = 2
} else {
  process.exitCode = await main(resolve(folder))
}
