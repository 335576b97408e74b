// The trainer's only way to speak: events.jsonl in the job folder, append only, numbered from 1 without gaps.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { asDiskError } from '../../contract/errors.ts'
import { ControlSchema, type Control, type JobEventInput, type Metric } from '../../contract/index.ts'
import { copyRoot } from '../job-folder/copy-root.ts'

export interface Journal {
  append(event: JobEventInput): void
  metrics(metrics: Metric[]): void
  close(): void
}

/**
 * Continues an existing journal; a last line that a killed process left half written is cut off.
 * Beside it lies a reserve of space, given up when the disk is full, so that the trainer can still say so.
 * append throws OrganMosaicError `disk` then, once; nothing of the refused event stays behind.
 */
export function openJournal(folder: string): Journal {
  const path = join(folder, 'events.jsonl')
  const old = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  let end = old.lastIndexOf(10) + 1
  let seq = old.subarray(0, end).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0)
  const file = openSync(path, 'a')
  if (end < old.length) ftruncateSync(file, end)
  const reserve = join(folder, 'events.reserve')
  keepReserve(reserve)
  const root = copyRoot(folder)
  const append = (event: JobEventInput) => {
    const stamped = { seq: seq + 1, time: new Date().toISOString(), ...asAtHome(event, root) }
    const line = Buffer.from(`${JSON.stringify(stamped)}\n`)
    try {
      writeWhole(file, line)
    } catch (error) {
      ftruncateSync(file, end)
      rmSync(reserve, { force: true })
      throw asDiskError(error, path)
    }
    seq += 1
    end += line.length
  }
  return {
    append,
    metrics(metrics) {
      if (metrics.length > 0) append({ type: 'metrics', metrics })
    },
    close() {
      rmSync(reserve, { force: true })
      fsyncSync(file)
      closeSync(file)
    },
  }
}

/** The journal goes back to the machine that made the job, with paths of that machine. */
const asAtHome = (event: JobEventInput, root: string): JobEventInput =>
  root !== '' && 'path' in event && event.path.startsWith(root)
    ? { ...event, path: event.path.slice(root.length) }
    : event

/** Enough for the last words of a run. */
const RESERVE_BYTES = 64 * 1024

/** A disk that is full already gets no reserve; the next event says so. */
function keepReserve(path: string): void {
  try {
    // Not zeros, which some file systems do not store.
    writeFileSync(path, randomBytes(RESERVE_BYTES))
  } catch {
    rmSync(path, { force: true })
  }
}

/** A disk that fills up takes the beginning of a line, and refuses the rest at the next attempt. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

/** What services asked for last; `run` when nobody asked or the file is being written. */
export function readControl(folder: string): Control['request'] {
  try {
    const parsed = ControlSchema.safeParse(JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8')))
    return parsed.success ? parsed.data.request : 'run'
  } catch {
    return 'run'
  }
}

/** Thrown where work stops cleanly because services asked for it; everything needed to go on is on disk. */
export class Interruption extends Error {
  readonly request: Exclude<Control['request'], 'run'>

  constructor(request: Interruption['request']) {
    super(`the job was asked to ${request}`)
    this.request = request
  }
}

/** @throws Interruption when services asked to pause or stop, or a cluster wants its place back */
export function obeyControl(folder: string): void {
  const request = readControl(folder)
  if (request !== 'run') throw new Interruption(request)
}
