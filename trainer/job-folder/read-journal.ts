// Reads events.jsonl from a byte offset on. The writer may be in the middle of a line, or may have been killed there.
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { JobEventSchema, type JobEvent } from '../../contract/events.ts'

export const JOURNAL = 'events.jsonl'
const PIECE_BYTES = 64 * 1024

export type JournalPart = {
  events: JobEvent[]
  /** Byte offset behind the last complete line: where the next reading starts. */
  end: number
  /** Complete lines that are no event, e.g. half a line that a killed writer left. */
  damaged: number
}

/** Complete lines from byte `start` on; a partial last line is left for the next time. */
export function readJournal(folder: string, start = 0): JournalPart {
  const bytes = readBytes(join(folder, JOURNAL), start)
  const last = bytes.lastIndexOf(0x0a)
  const part: JournalPart = { events: [], end: start + last + 1, damaged: 0 }
  if (last < 0) return part
  for (const line of bytes.toString('utf8', 0, last).split('\n')) {
    if (line.trim() === '') continue
    const event = parseEvent(line)
    if (event) part.events.push(event)
    else part.damaged += 1
  }
  return part
}

/** The last event of a type, without parsing all the others. */
export function lastEvent<T extends JobEvent['type']>(folder: string, type: T): Extract<JobEvent, { type: T }> | null {
  for (const line of linesFromEnd(join(folder, JOURNAL))) {
    const event = line.includes(`"${type}"`) ? parseEvent(line) : null
    if (event && isOfType(event, type)) return event
  }
  return null
}

/** The number of the last event; 0 without one. */
export function lastSeq(folder: string): number {
  for (const line of linesFromEnd(join(folder, JOURNAL))) {
    const event = line === '' ? null : parseEvent(line)
    if (event) return event.seq
  }
  return 0
}

/** The lines of a file, the last one first, read in pieces: what is looked for mostly stands near the end. */
function* linesFromEnd(path: string): Generator<string> {
  let end = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  let rest: Buffer = Buffer.alloc(0)
  while (end > 0) {
    const start = Math.max(0, end - PIECE_BYTES)
    rest = Buffer.concat([readBytes(path, start, end), rest])
    end = start
    // The first line of the piece may begin in the one before; everything behind its end is complete.
    const first = end === 0 ? 0 : rest.indexOf(0x0a) + 1
    if (end > 0 && first === 0) continue
    yield* rest.toString('utf8', first).split('\n').reverse()
    rest = rest.subarray(0, first)
  }
}

function isOfType<T extends JobEvent['type']>(event: JobEvent, type: T): event is Extract<JobEvent, { type: T }> {
  return event.type === type
}

/** Size of the journal in bytes; 0 without one. */
export function journalSize(folder: string): number {
  return statSync(join(folder, JOURNAL), { throwIfNoEntry: false })?.size ?? 0
}

/** Bytes [start, end) of a file, to its present end by default; empty when there is no file. */
export function readBytes(path: string, start: number, end?: number): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0)
  const file = openSync(path, 'r')
  try {
    const length = Math.max(0, Math.min(end ?? Infinity, fstatSync(file).size) - start)
    const bytes = Buffer.alloc(length)
    const read = length > 0 ? readSync(file, bytes, 0, length, start) : 0
    return bytes.subarray(0, read)
  } finally {
    closeSync(file)
  }
}

function parseEvent(line: string): JobEvent | null {
  try {
    return JobEventSchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}
