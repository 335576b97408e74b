// Leaves in the job folder how much memory the trainer takes. A killed process says nothing, and TensorFlow's work
// blocks its main thread: a thread of its own looks and writes.
import { Worker } from 'node:worker_threads'

/** Looks until the process ends, and keeps nothing from ending. @param limitMb memory of the machine or container */
export function watchMemory(folder: string, limitMb: number): void {
  new Worker(new URL('./memory-worker.ts', import.meta.url), { workerData: { folder, limitMb } }).unref()
}
