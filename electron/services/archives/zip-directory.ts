// The directory of a ZIP file: found from its end, one record a file. Every number is checked against the file.
import { open, type FileHandle } from 'node:fs/promises'
import { brokenArchive, refusedArchive } from './archive.ts'

export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  /** false: a link, a device; folders end in / */
  readonly isFile: boolean
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  /** Of its local header */
  readonly offset: number
}

const END = 0x06054b50
const END_BYTES = 22
const LONGEST_COMMENT = 65535
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const LOCATOR_64_BYTES = 20
const RECORD = 0x02014b50
const RECORD_BYTES = 46
const MOST_DIRECTORY_BYTES = 2 ** 28

/** @throws OrganMosaicError invalid-file */
export async function readZipDirectory(path: string): Promise<ZipEntry[]> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const { at, bytes, count } = await findDirectory(file, size, path)
  if (at + bytes > size) throw brokenArchive(path, 'is truncated: its directory reaches beyond its end')
  if (bytes > MOST_DIRECTORY_BYTES) throw refusedArchive(path, `has a directory of ${count} files, which is too long`)
  const directory = await readAt(file, at, bytes, path)
  const entries: ZipEntry[] = []
  for (let offset = 0; entries.length < count;) {
    if (offset + RECORD_BYTES > directory.length || directory.readUInt32LE(offset) !== RECORD) {
      throw brokenArchive(path, `is damaged: its directory announces ${count} files and ends after ${entries.length}`)
    }
    const { entry, next } = readRecord(directory, offset, path)
    if (entry.offset + entry.packedBytes > size) throw brokenArchive(path, `is truncated: ${entry.name} is not in it`)
    entries.push(entry)
    offset = next
  }
  return entries
}

async function readAt(file: FileHandle, at: number, bytes: number, path: string): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at)
  if (bytesRead < bytes) throw brokenArchive(path, 'is truncated')
  return buffer
}

async function findDirectory(
  file: FileHandle,
  size: number,
  path: string,
): Promise<{ at: number; bytes: number; count: number }> {
  const from = Math.max(0, size - END_BYTES - LONGEST_COMMENT)
  const tail = await readAt(file, from, size - from, path)
  let end = tail.length - END_BYTES
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw brokenArchive(path, 'is truncated: it has no directory at its end')
  const locator = end - LOCATOR_64_BYTES
  if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
    const at = Number(tail.readBigUInt64LE(locator + 8))
    if (!Number.isSafeInteger(at) || at + 56 > size) throw brokenArchive(path, 'is damaged: its directory is not in it')
    const end64 = await readAt(file, at, 56, path)
    if (end64.readUInt32LE(0) !== END_64)
      throw brokenArchive(path, 'is damaged: its directory is not where it should be')
    const [count, bytes, start] = [32, 40, 48].map((place) => Number(end64.readBigUInt64LE(place)))
    return { at: start, bytes, count }
  }
  return { at: tail.readUInt32LE(end + 16), bytes: tail.readUInt32LE(end + 12), count: tail.readUInt16LE(end + 10) }
}

function readRecord(directory: Buffer, at: number, path: string): { entry: ZipEntry; next: number } {
  const flags = directory.readUInt16LE(at + 8)
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place))
  const nameAt = at + RECORD_BYTES
  const next = nameAt + nameBytes + extraBytes + commentBytes
  if (next > directory.length) throw brokenArchive(path, 'is damaged: its directory ends in the middle of a name')
  const name = decodeName(directory.subarray(nameAt, nameAt + nameBytes))
  const unixMode = directory[at + 5] === 3 ? directory.readUInt16LE(at + 40) : 0
  const kind = unixMode & 0o170000
  const sizes = {
    bytes: directory.readUInt32LE(at + 24),
    packedBytes: directory.readUInt32LE(at + 20),
    offset: directory.readUInt32LE(at + 42),
  }
  const entry = {
    name,
    method: directory.readUInt16LE(at + 10),
    encrypted: (flags & 1) !== 0,
    isFile: kind === 0 || kind === 0o100000 || (kind === 0o040000 && name.endsWith('/')),
    crc: directory.readUInt32LE(at + 16),
    ...withWideNumbers(sizes, directory.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes)),
  }
  if (![entry.bytes, entry.packedBytes, entry.offset].every(Number.isSafeInteger)) {
    throw brokenArchive(path, `is damaged: ${name} claims an impossible size`)
  }
  return { entry, next }
}

type Sizes = Pick<ZipEntry, 'bytes' | 'packedBytes' | 'offset'>

/** ZIP64: numbers that did not fit follow in an extra field, in this order and only those. */
function withWideNumbers(sizes: Sizes, extra: Buffer): Sizes {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1) return takeWide(sizes, extra.subarray(at + 4, end))
    at = end
  }
  return sizes
}

function takeWide(sizes: Sizes, field: Buffer): Sizes {
  let at = 0
  const wide = (value: number): number => {
    if (value !== 0xffffffff || at + 8 > field.length) return value
    at += 8
    return Number(field.readBigUInt64LE(at - 8))
  }
  return { bytes: wide(sizes.bytes), packedBytes: wide(sizes.packedBytes), offset: wide(sizes.offset) }
}

/** UTF-8 where it is that, whatever the flag says: most programs write it. */
function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text
}
