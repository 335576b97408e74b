// Patches in the order of a schedule, prepared ahead by a worker thread so that training never waits for data.
import { Worker } from 'node:worker_threads'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Patch, PatchRequest, PatchSetup } from './patch.ts'

export interface PatchStream {
  /** The patch of the next request of the schedule. @throws what the worker threw */
  next(): Promise<Patch>
  /** Milliseconds that next() has waited so far. */
  readonly waitedMs: number
  close(): Promise<void>
}

type Delivery =
  { patch: Patch } | { failure: Pick<OrganMosaicError, 'code' | 'message' | 'details'> } | { error: unknown }

/** @param ahead patches kept in preparation */
export function openPatchStream(setup: PatchSetup, schedule: Iterator<PatchRequest>, ahead: number): PatchStream {
  const worker = new Worker(new URL('./patch-worker.ts', import.meta.url), { workerData: setup })
  const ready: Delivery[] = []
  let wake: (() => void) | null = null
  let waitedMs = 0
  const deliver = (message: Delivery) => {
    ready.push(message)
    wake?.()
  }
  const request = () => {
    const { value, done } = schedule.next()
    if (!done) worker.postMessage(value)
  }
  worker.on('message', deliver)
  worker.on('error', (error) => deliver({ error }))
  for (let i = 0; i < ahead; i++) request()
  return {
    async next() {
      const start = performance.now()
      // One turn of the event loop lets messages in that arrived during TensorFlow's synchronous work.
      await new Promise((resolve) => setImmediate(resolve))
      if (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      wake = null
      waitedMs += performance.now() - start
      const message = ready.shift()!
      request()
      if ('error' in message) throw message.error
      if ('failure' in message) {
        const { code, message: text, details } = message.failure
        throw new OrganMosaicError(code, text, { details })
      }
      return message.patch
    },
    get waitedMs() {
      return waitedMs
    },
    async close() {
      await worker.terminate()
    },
  }
}
