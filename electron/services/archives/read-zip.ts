// ZIP (APPNOTE 6.3, with ZIP64): the directory at its end says where each file lies; stored and deflated files are read.
import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { brokenArchive, refusedArchive, type Archive, type ArchivedFile } from './archive.ts'
import { readZipDirectory, type ZipEntry } from './zip-directory.ts'

const LOCAL_HEADER = 0x04034b50
const LOCAL_HEADER_BYTES = 30
const STORED = 0
const DEFLATED = 8

/** @throws OrganMosaicError invalid-file for a damaged one, invalid-data for one that is encrypted or holds links */
export async function openZip(path: string): Promise<Archive> {
  const entries = await readZipDirectory(path)
  for (const entry of entries) refuseUnreadable(entry, path)
  const files = entries.filter(({ name }) => !name.endsWith('/'))
  return { files: filesOf(path, files), totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function refuseUnreadable({ name, method, encrypted, isFile }: ZipEntry, path: string): void {
  if (encrypted) throw refusedArchive(path, `is encrypted (${name})`)
  if (!isFile) throw refusedArchive(path, `holds ${name}, a link or a device`)
  if (method !== STORED && method !== DEFLATED) {
    throw refusedArchive(path, `packs ${name} in a way that is not read (method ${method}); expected deflate`)
  }
}

async function* filesOf(path: string, entries: readonly ZipEntry[]): AsyncGenerator<ArchivedFile> {
  await using file = await open(path, 'r')
  for (const entry of entries) {
    const { name, bytes } = entry
    yield { name, bytes, content: contentOf(path, entry, await dataOffset(file, entry, path)) }
  }
}

/** The local header repeats the name, and may have other extra fields than the directory. */
async function dataOffset(file: FileHandle, { name, offset }: ZipEntry, path: string): Promise<number> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LOCAL_HEADER_BYTES), 0, LOCAL_HEADER_BYTES, offset)
  if (bytesRead < LOCAL_HEADER_BYTES || buffer.readUInt32LE(0) !== LOCAL_HEADER) {
    throw brokenArchive(path, `is damaged: ${name} is not where its directory says`)
  }
  return offset + LOCAL_HEADER_BYTES + buffer.readUInt16LE(26) + buffer.readUInt16LE(28)
}

async function* contentOf(path: string, entry: ZipEntry, start: number): AsyncGenerator<Uint8Array> {
  const { name, bytes, packedBytes, method, crc } = entry
  const damagedEntry = (what: string) => brokenArchive(path, `is damaged: ${name} ${what}`)
  let seen = 0
  let sum = 0
  try {
    for await (const chunk of packedBytes === 0 ? [] : streamOf(path, method, start, packedBytes)) {
      seen += chunk.length
      if (seen > bytes) throw damagedEntry(`holds more than the ${bytes} bytes that it announces`)
      sum = crc32(chunk, sum)
      yield chunk
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw code.startsWith('Z_') ? damagedEntry('cannot be inflated') : error
  }
  if (seen !== bytes) throw damagedEntry(`holds ${seen} of the ${bytes} bytes that it announces`)
  if (sum !== crc) throw damagedEntry('has another checksum than it announces')
}

function streamOf(path: string, method: number, start: number, packedBytes: number): AsyncIterable<Buffer> {
  const packed = createReadStream(path, { start, end: start + packedBytes - 1 })
  if (method === STORED) return packed
  const inflated = createInflateRaw()
  packed.on('error', (error) => inflated.destroy(error))
  inflated.on('close', () => packed.destroy())
  return packed.pipe(inflated)
}
