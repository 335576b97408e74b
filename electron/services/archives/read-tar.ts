// TAR (POSIX ustar and pax, GNU long names), gzipped or plain: records of 512 bytes, read from front to back.
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { brokenArchive, refusedArchive, type Archive, type ArchivedFile } from './archive.ts'
import { createByteReader, type ByteReader } from './byte-reader.ts'
import { readTarHeader, readPaxFields, TAR_RECORD_BYTES, type TarHeader } from './tar-header.ts'

/** Names longer than this are no names. */
const MOST_NAME_BYTES = 2 ** 16

/** @throws OrganMosaicError while its files are read: invalid-file when damaged, invalid-data for links and devices */
export function openTar(path: string, gzipped: boolean): Archive {
  return { files: filesOf(path, gzipped), totalBytes: null }
}

async function* filesOf(path: string, gzipped: boolean): AsyncGenerator<ArchivedFile> {
  const file = createReadStream(path, { highWaterMark: 2 ** 20 })
  const stream = gzipped ? file.pipe(createGunzip()) : file
  file.on('error', (error) => stream.destroy(error))
  const reader = createByteReader(stream, (error) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return code.startsWith('Z_') ? brokenArchive(path, 'is truncated or damaged: it cannot be inflated') : error
  })
  try {
    yield* entriesOf(reader, path)
  } finally {
    file.destroy()
    stream.destroy()
  }
}

async function* entriesOf(reader: ByteReader, path: string): AsyncGenerator<ArchivedFile> {
  let said: Partial<Pick<TarHeader, 'name' | 'bytes'>> = {}
  for (;;) {
    const record = await reader.take(TAR_RECORD_BYTES)
    // Two empty records end an archive; many programs are content with the end of the file.
    if (record === null || record.every((byte) => byte === 0)) return
    const header = { ...readTarHeader(record, path), ...said }
    said = {}
    const padding = (TAR_RECORD_BYTES - (header.bytes % TAR_RECORD_BYTES)) % TAR_RECORD_BYTES
    if (header.kind === 'name' || header.kind === 'fields') said = await readWords(reader, header, path)
    else if (header.kind === 'file') yield* fileOf(reader, header, path)
    else if (header.kind === 'other') throw refusedArchive(path, `holds ${header.name}, a link or a device`)
    else if (!(await reader.skip(header.bytes))) throw cutOff(path, header.name)
    if (!(await reader.skip(padding))) throw cutOff(path, header.name)
  }
}

async function* fileOf(reader: ByteReader, { name, bytes }: TarHeader, path: string): AsyncGenerator<ArchivedFile> {
  let left = bytes
  async function* content(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const chunk = await reader.some(left)
      if (chunk === null) throw cutOff(path, name)
      left -= chunk.length
      yield chunk
    }
  }
  yield { name, bytes, content: content() }
  if (!(await reader.skip(left))) throw cutOff(path, name)
}

/** What is said of the next file: a name that is too long for its header, or fields of pax. */
async function readWords(
  reader: ByteReader,
  { kind, bytes, name }: TarHeader,
  path: string,
): Promise<Partial<Pick<TarHeader, 'name' | 'bytes'>>> {
  if (bytes > MOST_NAME_BYTES) throw brokenArchive(path, `is damaged: a name of ${bytes} bytes`)
  const words = await reader.take(bytes)
  if (words === null) throw cutOff(path, name)
  if (kind === 'name') return { name: words.toString('utf8').replace(/\0.*$/s, '') }
  return readPaxFields(words, path)
}

const cutOff = (path: string, name: string) => brokenArchive(path, `is truncated: it ends within ${name}`)
