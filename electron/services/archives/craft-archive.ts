// Test support: archives as other programs write them, and as nobody should.
import type { PackedFile } from './pack-zip.ts'

export { packZip, type PackedFile } from './pack-zip.ts'

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
