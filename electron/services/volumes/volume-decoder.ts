// Hands recipes to worker threads and gives back what they decode: the middle planes first, then everything.
import { Worker } from 'node:worker_threads'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Recipe, VolumeRest, VolumeStart } from './recipe.ts'
import type { WorkerAnswer, WorkerRequest } from './volume-worker.ts'

export interface DecodedVolume {
  readonly start: Promise<VolumeStart>
  readonly rest: Promise<VolumeRest>
}

export interface VolumeDecoder {
  readonly decode: (recipe: Recipe) => DecodedVolume
  /** Starts the threads, which takes a moment, before anybody waits for a volume. */
  readonly prepare: () => void
  readonly close: () => Promise<void>
}

/** An image and its labels at the same time; more would only take memory. */
const THREADS = 2

interface Pending {
  readonly start: PromiseWithResolvers<VolumeStart>
  readonly rest: PromiseWithResolvers<VolumeRest>
}

interface Thread {
  readonly worker: Worker
  readonly pending: Map<number, Pending>
}

export function createVolumeDecoder(): VolumeDecoder {
  const threads: Thread[] = []
  let lastId = 0

  function startThread(): Thread {
    const worker = new Worker(new URL('./volume-worker.ts', import.meta.url))
    const thread: Thread = { worker, pending: new Map() }
    const end = (reason: string): void => {
      const at = threads.indexOf(thread)
      if (at >= 0) threads.splice(at, 1)
      const error = new OrganMosaicError('internal', `Decoding ended early: ${reason}. Open the case again.`)
      for (const id of thread.pending.keys()) fail(thread, id, error)
    }
    worker.on('message', (answer: WorkerAnswer) => take(thread, answer))
    worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => end('its thread is gone'))
    // A host that wants to end does not wait for idle threads.
    worker.unref()
    threads.push(thread)
    return thread
  }

  const leastBusy = (): Thread => {
    const idle = threads.find(({ pending }) => pending.size === 0)
    if (idle) return idle
    if (threads.length < THREADS) return startThread()
    return threads.reduce((best, thread) => (thread.pending.size < best.pending.size ? thread : best))
  }

  return {
    decode(recipe) {
      const thread = leastBusy()
      const id = (lastId += 1)
      const pending: Pending = { start: Promise.withResolvers(), rest: Promise.withResolvers() }
      thread.pending.set(id, pending)
      thread.worker.ref()
      thread.worker.postMessage({ id, recipe } satisfies WorkerRequest)
      // Whoever wants only the start must not be told of the rest by a crash.
      pending.start.promise.catch(() => undefined)
      pending.rest.promise.catch(() => undefined)
      return { start: pending.start.promise, rest: pending.rest.promise }
    },
    prepare() {
      while (threads.length < THREADS) startThread()
    },
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

function take(thread: Thread, answer: WorkerAnswer): void {
  const pending = thread.pending.get(answer.id)
  if (answer.type === 'start') return pending?.start.resolve(answer.start)
  if (answer.type === 'failed') {
    const { code, message, details } = answer.error
    return fail(thread, answer.id, new OrganMosaicError(code, message, { details }))
  }
  settle(thread, answer.id)
  pending?.rest.resolve(answer.rest)
}

function fail(thread: Thread, id: number, error: OrganMosaicError): void {
  const pending = thread.pending.get(id)
  settle(thread, id)
  pending?.start.reject(error)
  pending?.rest.reject(error)
}

function settle(thread: Thread, id: number): void {
  thread.pending.delete(id)
  if (thread.pending.size === 0) thread.worker.unref()
}
