// One record of a TAR file that says what follows: its name, its length, what kind of thing it is.
import { brokenArchive } from './archive.ts'

export const TAR_RECORD_BYTES = 512

export interface TarHeader {
  readonly name: string
  readonly bytes: number
  /** name, fields: words about the next file; skip: a folder, or words about all files */
  readonly kind: 'file' | 'name' | 'fields' | 'skip' | 'other'
}

const KINDS: Record<string, TarHeader['kind']> = {
  ...{ '0': 'file', '\0': 'file', '7': 'file', L: 'name', x: 'fields' },
  ...{ '5': 'skip', g: 'skip', K: 'skip' },
}

/** Whether a record is the beginning of a TAR file: its checksum is right. */
export const isTarRecord = (record: Uint8Array): boolean =>
  record.length >= TAR_RECORD_BYTES &&
  octal(Buffer.from(record.subarray(148, 156))) === checksumOf(record) &&
  record[0] !== 0

/** @throws OrganMosaicError invalid-file */
export function readTarHeader(record: Buffer, path: string): TarHeader {
  if (octal(record.subarray(148, 156)) !== checksumOf(record)) {
    throw brokenArchive(path, 'is damaged: the checksum of a file name is wrong')
  }
  const bytes = sizeOf(record.subarray(124, 136))
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw brokenArchive(path, 'is damaged: a file of impossible size')
  const prefix = record.toString('latin1', 257, 262) === 'ustar' ? text(record.subarray(345, 500)) : ''
  const name = text(record.subarray(0, 100))
  const kind = KINDS[String.fromCharCode(record[156])] ?? 'other'
  // Before POSIX, a folder was a file whose name ends so.
  const isFolder = kind === 'file' && name.endsWith('/')
  return { name: prefix === '' ? name : `${prefix}/${name}`, bytes, kind: isFolder ? 'skip' : kind }
}

/** '27 path=a/long/name\n', one after the other. @throws OrganMosaicError invalid-file */
export function readPaxFields(words: Buffer, path: string): Partial<Pick<TarHeader, 'name' | 'bytes'>> {
  const fields = new Map<string, string>()
  for (let at = 0; at < words.length;) {
    const length = Number.parseInt(words.toString('latin1', at, at + 12), 10)
    if (!(length > 4) || at + length > words.length) throw brokenArchive(path, 'is damaged: a field without an end')
    const field = words.toString('utf8', at, at + length - 1).replace(/^\d+ /, '')
    const [name] = field.split('=', 1)
    fields.set(name, field.slice(name.length + 1))
    at += length
  }
  const [name, size] = [fields.get('path'), fields.get('size')]
  const bytes = Number(size)
  if (size !== undefined && (!Number.isSafeInteger(bytes) || bytes < 0)) {
    throw brokenArchive(path, 'is damaged: a file of impossible size')
  }
  return { ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { bytes }) }
}

/** The sum of all bytes, those of the sum itself taken for spaces. */
function checksumOf(record: Uint8Array): number {
  let sum = 8 * 0x20
  for (let at = 0; at < TAR_RECORD_BYTES; at++) if (at < 148 || at >= 156) sum += record[at]
  return sum
}

/** Octal, or binary where the first bit says so. */
function sizeOf(field: Buffer): number {
  if ((field[0] & 0x80) === 0) return octal(field)
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0] & 0x7f)
}

const octal = (field: Buffer): number => Number.parseInt(text(field).trim() || '0', 8)

const text = (field: Buffer): string => field.toString('utf8').replace(/\0.*$/s, '')
