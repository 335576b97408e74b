// Test support: archives as other programs write them, and as nobody should.
import { crc32, deflateRawSync } from 'node:zlib'

export interface PackedFile {
  readonly name: string
  readonly content: string | Uint8Array
  /** The content is where it leads */
  readonly link?: boolean
}

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
    numbers.writeUInt32LE(crc32(bytes), 10)
    numbers.writeUInt32LE(packed.length, 14)
    numbers.writeUInt32LE(bytes.length, 18)
    numbers.writeUInt16LE(names.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((link ? 0o120777 : 0o100644) << 16) >>> 0, 6)
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

export const packTar = (files: readonly PackedFile[]): Buffer =>
  Buffer.concat([...files.flatMap(tarRecords), Buffer.alloc(1024)])

function tarRecords({ name, content, link }: PackedFile): Buffer[] {
  const bytes = link ? Buffer.alloc(0) : Buffer.from(content)
  const long = name.length > 100 ? tarRecord('././@LongLink', Buffer.from(`${name}\0`), 'L') : []
  return [...long, ...tarRecord(name.slice(0, 100), bytes, link ? '2' : '0', link ? String(content) : '')]
}

function tarRecord(name: string, content: Buffer, kind: string, target = ''): Buffer[] {
  const header = Buffer.alloc(512)
  header.write(name)
  header.write('0000644\0', 100)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write(' '.repeat(8), 148)
  header.write(kind, 156)
  header.write(target, 157)
  header.write('ustar\0' + '00', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}
