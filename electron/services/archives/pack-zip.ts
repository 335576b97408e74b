// A ZIP file of small files in memory (APPNOTE 6.3, deflated).
import { crc32, deflateRawSync } from 'node:zlib'

export interface PackedFile {
  /** ASCII */
  readonly name: string
  readonly content: string | Uint8Array
  /** The content is where it leads */
  readonly link?: boolean
}

const REGULAR = 0o100644
const LINK = 0o120777

export function packZip(files: readonly PackedFile[]): Buffer {
  const parts: Buffer[] = []
  const records: Buffer[] = []
  let offset = 0
  for (const { name, content, link } of files) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const names = Buffer.from(name)
    const numbers = Buffer.alloc(26)
    numbers.writeUInt16LE(20, 0)
    numbers.writeUInt16LE(8, 4)
    // 1 January 1980: there is no day 0. An archive of the same content is the same bytes.
    numbers.writeUInt16LE(0x21, 8)
    numbers.writeUInt32LE(crc32(bytes), 10)
    numbers.writeUInt32LE(packed.length, 14)
    numbers.writeUInt32LE(bytes.length, 18)
    numbers.writeUInt16LE(names.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((link ? LINK : REGULAR) << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    const local = [Buffer.from('PK\x03\x04', 'latin1'), numbers, names, packed]
    // Made by Unix: only then is there a mode.
    records.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), numbers, tail, names)
    parts.push(...local)
    offset += local.reduce((sum, { length }) => sum + length, 0)
  }
  const directory = Buffer.concat(records)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}
