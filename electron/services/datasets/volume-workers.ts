// Threads that read volumes for the host, one a core. They start with the first job and never keep the process alive. Where
// there are fewer jobs than cores, a job may use several.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { ErrorCodeSchema, OrganMosaicError } from '../../../contract/errors.ts'
import type { VolumeFailure, VolumeJob, VolumeRequest, VolumeResult } from './volume-jobs.ts'

export interface VolumeWorkers {
  /** In the order of asking. @throws OrganMosaicError what the work threw, `internal` when its thread died */
  readonly run: <Job extends VolumeJob>(job: Job) => Promise<VolumeResult<Job>>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly job: VolumeJob
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

type Answer = { result: unknown } | { failure: VolumeFailure }

export function createVolumeWorkers(threads = Math.max(2, availableParallelism())): VolumeWorkers {
  const queue: Waiting[] = []
  const idle: Worker[] = []
  const all = new Set<Worker>()
  let closed = false

  /** Of a job that begins: the cores are shared with those that run and those that wait. */
  const shareOf = (): number => Math.max(1, Math.floor(threads / (all.size - idle.length + queue.length)))

  function pump(): void {
    while (queue.length > 0 && (idle.length > 0 || all.size < threads)) {
      const [worker, waiting] = [idle.pop() ?? start(), queue.shift()!]
      give(worker, waiting, shareOf())
    }
  }

  function start(): Worker {
    const worker = new Worker(new URL('./volume-worker.ts', import.meta.url))
    all.add(worker)
    return worker
  }

  function give(worker: Worker, { job, resolve, reject }: Waiting, share: number): void {
    const onMessage = (answer: Answer): void => {
      done()
      idle.push(worker)
      if ('result' in answer) resolve(answer.result)
      else reject(revive(answer.failure))
      pump()
    }
    const onEnd = (): void => {
      done()
      all.delete(worker)
      reject(new OrganMosaicError('internal', 'The thread that reads volumes ended; try again.'))
      if (!closed) pump()
    }
    // One by one: a worker has listeners of its own, without which no message comes any more.
    const done = (): void => {
      worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd)
      worker.unref()
    }
    worker.ref()
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd)
    worker.postMessage({ job, threads: share } satisfies VolumeRequest)
  }

  return {
    run: <Job extends VolumeJob>(job: Job) =>
      new Promise<VolumeResult<Job>>((resolve, reject) => {
        if (closed) return reject(new OrganMosaicError('conflict', 'OrganMosaic is ending; no more volumes are read.'))
        queue.push({ job, resolve: (result) => resolve(result as VolumeResult<Job>), reject })
        // Jobs that are asked for together share the cores.
        queueMicrotask(pump)
      }),
    async close() {
      closed = true
      for (const { reject } of queue.splice(0)) reject(new OrganMosaicError('conflict', 'OrganMosaic is ending.'))
      await Promise.all([...all].map((worker) => worker.terminate()))
    },
  }
}

function revive({ code, message, details }: VolumeFailure): OrganMosaicError {
  return new OrganMosaicError(ErrorCodeSchema.catch('internal').parse(code), message, { details })
}
