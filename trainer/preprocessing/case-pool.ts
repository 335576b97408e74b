// Cases preprocessed side by side, one thread a core, as many at a time as memory allows. What a case becomes does not
// depend on who makes it or when.
import { totalmem } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Case } from '../../contract/case.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { JobDataset } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { voxelCount } from '../imaging/volume.ts'
import type { Preparation } from './preprocess-case.ts'

export interface CaseWorkerData {
  readonly datasets: readonly JobDataset[]
  readonly plan: Plan
}

export interface CaseTask {
  /** Position in the datasets. */
  readonly dataset: number
  readonly entry: Case
  readonly folder: string
}

export type CaseReply =
  { readonly preparation: Preparation } | { readonly failure: Pick<OrganMosaicError, 'code' | 'message' | 'details'> }

export type CaseOutcome =
  | { readonly state: 'done'; readonly preparation: Preparation }
  | { readonly state: 'failed' | 'dropped'; readonly reason: unknown }

export interface CasePool {
  /** Cases begin in the order in which they are given. Never rejects. */
  run(task: CaseTask): Promise<CaseOutcome>
  /** Waits for the cases that have begun; the others are dropped. */
  close(): Promise<void>
}

export interface CasePoolOptions extends CaseWorkerData {
  readonly threads: number
  /** Called before each case; when it throws, this and all waiting cases are dropped for that reason. */
  readonly check: () => void
  /** Of all cases that are being preprocessed. One always runs. */
  readonly memoryBytes?: number
}

/** Of each channel: the voxels as stored, in canonical order and cropped, the labels, their codes and what is made of them: about. */
const BYTES_A_VOXEL = 16

type Waiting = CaseTask & { readonly bytes: number; readonly answer: (outcome: CaseOutcome) => void }

export function openCasePool({
  datasets,
  plan,
  threads,
  check,
  memoryBytes = totalmem() / 2,
}: CasePoolOptions): CasePool {
  const waiting: Waiting[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  const closing: (() => void)[] = []

  function startWorker(): Worker {
    const workerData: CaseWorkerData = { datasets, plan }
    const worker = new Worker(new URL('./case-worker.ts', import.meta.url), { workerData })
    worker.on('message', (reply: CaseReply) => {
      idle.push(worker)
      if ('preparation' in reply) return finish(worker, { state: 'done', ...reply })
      const { code, message, details } = reply.failure
      finish(worker, { state: 'failed', reason: new OrganMosaicError(code, message, { details }) })
    })
    // A thread that dies, of too little memory for one, takes its case with it; another one goes on.
    worker.on('error', (reason) => finish(worker, { state: 'failed', reason }))
    return worker
  }

  function finish(worker: Worker, outcome: CaseOutcome): void {
    const task = busy.get(worker)
    busy.delete(worker)
    task?.answer(outcome)
    dispatch()
    if (busy.size === 0) for (const resolve of closing.splice(0)) resolve()
  }

  function dropWaiting(reason: unknown): void {
    for (const task of waiting.splice(0)) task.answer({ state: 'dropped', reason })
  }

  const bytesInUse = () => [...busy.values()].reduce((sum, { bytes }) => sum + bytes, 0)

  function dispatch(): void {
    while (waiting.length > 0 && busy.size < threads) {
      if (busy.size > 0 && bytesInUse() + waiting[0]!.bytes > memoryBytes) return
      try {
        check()
      } catch (reason) {
        return dropWaiting(reason)
      }
      const worker = idle.pop() ?? startWorker()
      const { answer, bytes, ...task } = waiting.shift()!
      busy.set(worker, { ...task, answer, bytes })
      worker.postMessage(task)
    }
  }

  return {
    run(task) {
      const { geometry, images } = task.entry
      const bytes = geometry ? BYTES_A_VOXEL * images.length * voxelCount(geometry.shape) : 0
      return new Promise((answer) => {
        waiting.push({ ...task, bytes, answer })
        dispatch()
      })
    },
    async close() {
      dropWaiting(new Error('the pool was closed'))
      if (busy.size > 0) await new Promise<void>((resolve) => closing.push(resolve))
      await Promise.all(idle.map((worker) => worker.terminate()))
    },
  }
}
