// The sign of life of a trainer: a small file in the job folder that changes every few seconds. Who cannot ask for the
// process, because it runs on another machine, sees from it that the job is worked on. No two clocks are compared: either
// the file is seen to change, or its age is taken from the file system that holds it.
import { closeSync, fstatSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { journalSize } from './read-journal.ts'
import { PROCESS_FILE } from './process-liveness.ts'

export const HEARTBEAT = 'heartbeat'
export const BEAT_MS = 5_000
/** A network file system may show a change late. */
const SILENCE_MS = 90_000

/** Beats until the process ends. TensorFlow blocks the main thread: a thread of its own writes. @param claim its number */
export function startHeartbeat(folder: string, claim: number): void {
  new Worker(new URL('./heartbeat-worker.ts', import.meta.url), { workerData: { folder, claim } }).unref()
}

/** What changes while somebody works: the heartbeat, or the journal where there is none. */
export function beatOf(folder: string): string {
  return `${readOr(join(folder, HEARTBEAT), '')} ${readOr(join(folder, PROCESS_FILE), '')} ${journalSize(folder)}`
}

/** When this process last saw a job change, by its own stopwatch. */
const seen = new Map<string, { beat: string; changedAtMs: number }>()

/** Whether somebody works on the job, as far as the folder shows it. */
export function isBeating(folder: string): boolean {
  const beat = beatOf(folder)
  const before = seen.get(folder)
  if (before?.beat !== beat) {
    const age = before ? 0 : ageMs(folder)
    seen.set(folder, { beat, changedAtMs: performance.now() - age })
  }
  return performance.now() - seen.get(folder)!.changedAtMs < SILENCE_MS
}

/** How old the last sign of life is, by the clock that stamps the files of this folder. */
function ageMs(folder: string): number {
  const times = [HEARTBEAT, PROCESS_FILE, 'events.jsonl'].map(
    (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  return Math.max(0, folderClockMs(folder) - Math.max(...times))
}

function folderClockMs(folder: string): number {
  const path = join(folder, `.clock-${process.pid}-${Math.random().toString(36).slice(2)}`)
  try {
    const file = openSync(path, 'wx')
    try {
      writeSync(file, 'x')
      return fstatSync(file).mtimeMs
    } finally {
      closeSync(file)
      rmSync(path, { force: true })
    }
  } catch {
    // A folder that may only be read.
    return Date.now()
  }
}

/** Opened, not only looked at: a network file system then asks its server. */
function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
