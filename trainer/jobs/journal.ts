// The trainer's only way to speak: events.jsonl in the job folder, append only, numbered from 1 without gaps.
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ControlSchema, type Control, type JobEventInput, type Metric } from '../../contract/index.ts'

export interface Journal {
  append(event: JobEventInput): void
  metrics(metrics: Metric[]): void
  close(): void
}

/** Continues an existing journal; a last line that a killed process left half written is cut off. */
export function openJournal(folder: string): Journal {
  const path = join(folder, 'events.jsonl')
  const old = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const complete = old.lastIndexOf(10) + 1
  let seq = old.subarray(0, complete).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0)
  const file = openSync(path, 'a')
  if (complete < old.length) ftruncateSync(file, complete)
  const append = (event: JobEventInput) => {
    seq += 1
    writeSync(file, `${JSON.stringify({ seq, time: new Date().toISOString(), ...event })}\n`)
  }
  return {
    append,
    metrics(metrics) {
      if (metrics.length > 0) append({ type: 'metrics', metrics })
    },
    close() {
      fsyncSync(file)
      closeSync(file)
    },
  }
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
