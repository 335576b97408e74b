// A gzipped TAR file (POSIX ustar) of files in memory or on the disk, written as it goes.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { writeFileAtomically } from '../../../trainer/imaging/write-file-atomically.ts'
import { TAR_RECORD_BYTES } from '../archives/tar-header.ts'

/** A file's content, or where it is. */
export type TarContent = Buffer | { readonly path: string }

/** @param files by name in the archive; names of at most 100 bytes */
export async function writeTarGz(target: string, files: ReadonlyMap<string, TarContent>): Promise<void> {
  // Weights hardly shrink: the fastest level. What goes wrong in one comes out of the other.
  const packed = pipeline(Readable.from(records(files)), createGzip({ level: 1 }), () => undefined)
  await writeFileAtomically(target, packed as AsyncIterable<Buffer>)
}

async function* records(files: ReadonlyMap<string, TarContent>): AsyncGenerator<Buffer> {
  for (const [name, content] of files) {
    const bytes = Buffer.isBuffer(content) ? content.length : (await stat(content.path)).size
    yield header(name, bytes)
    if (Buffer.isBuffer(content)) yield content
    else yield* createReadStream(content.path) as AsyncIterable<Buffer>
    yield Buffer.alloc((TAR_RECORD_BYTES - (bytes % TAR_RECORD_BYTES)) % TAR_RECORD_BYTES)
  }
  yield Buffer.alloc(2 * TAR_RECORD_BYTES)
}

function header(name: string, bytes: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a TAR header`)
  const record = Buffer.alloc(TAR_RECORD_BYTES)
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`
  record.write(name, 0)
  // Mode, owner, group, size, time: an archive of the same run is the same bytes.
  record.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(bytes, 12) + octal(0, 12), 100)
  record.write('        0', 148)
  record.write('ustar\0' + '00', 257)
  const sum = record.reduce((total, byte) => total + byte, 0)
  record.write(`${octal(sum, 7)} `, 148)
  return record
}
