// Writes a DICOM file (PS3.10), little endian: records by keyword in, elements in the order of their tags out.
import { randomUUID } from 'node:crypto'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './parse-dicom.ts'
import { WRITTEN, type Keyword } from './write-elements.ts'

/** Text (several values between backslashes), numbers, bytes as they are, or the items of a sequence. */
export type DicomValue = string | number | readonly number[] | Uint8Array | readonly DicomRecord[]
export type DicomRecord = { readonly [K in Keyword]?: DicomValue }

export interface DicomObject {
  readonly sopClass: string
  readonly sopInstance: string
  readonly record: DicomRecord
  /**
   * Contours need the implicit syntax: in the explicit one a value of text has less than 64 KiB, and a contour of an
   * organ may have more.
   */
  readonly syntax: 'explicit' | 'implicit'
}

const IMPLEMENTATION_UID = '2.25.205466437213286423183062310385170640743'
const LONG_FORM = new Set(['OB', 'OW', 'SQ', 'UT'])
const BINARY: Readonly<Record<string, number>> = { US: 2, UL: 4, AT: 4 }

/** Unique without a registered root: a UUID as a number (PS3.5, B.2). */
export const newUid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`

/** @throws OrganMosaicError internal for a value that its element cannot hold */
export async function writeDicom(path: string, object: DicomObject): Promise<void> {
  await writeFileAtomically(path, pieces(object))
}

function* pieces({ sopClass, sopInstance, record, syntax }: DicomObject): Generator<Uint8Array> {
  const meta = Buffer.concat([
    element(0x00020001, 'OB', Uint8Array.of(0, 1), false),
    element(0x00020002, 'UI', sopClass, false),
    element(0x00020003, 'UI', sopInstance, false),
    element(0x00020010, 'UI', syntax === 'implicit' ? IMPLICIT_LITTLE : EXPLICIT_LITTLE, false),
    element(0x00020012, 'UI', IMPLEMENTATION_UID, false),
    element(0x00020013, 'SH', 'ORGANMOSAIC', false),
  ])
  yield Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), element(0x00020000, 'UL', meta.length, false), meta])
  yield* elementsOf({ ...record, SOPClassUID: sopClass, SOPInstanceUID: sopInstance }, syntax === 'implicit')
}

function* elementsOf(record: DicomRecord, implicit: boolean): Generator<Uint8Array> {
  const keywords = Object.keys(record).filter((key): key is Keyword => key in WRITTEN)
  for (const keyword of keywords.sort((a, b) => WRITTEN[a][0] - WRITTEN[b][0])) {
    const value = record[keyword]
    const [tag, vr] = WRITTEN[keyword]
    if (value !== undefined) yield element(tag, vr, value, implicit)
  }
}

function element(tag: number, vr: string, value: DicomValue, implicit: boolean): Uint8Array {
  const bytes = padded(encodeValue(vr, value, implicit), vr)
  const long = LONG_FORM.has(vr)
  if (!implicit && !long && bytes.length > 0xfffe) {
    throw new OrganMosaicError(
      'internal',
      `A DICOM element (${vr}) of ${bytes.length} bytes does not fit; the limit is 65534.`,
    )
  }
  const head = Buffer.alloc(implicit || !long ? 8 : 12)
  head.writeUInt16LE(tag >>> 16, 0)
  head.writeUInt16LE(tag & 0xffff, 2)
  if (!implicit) head.write(vr, 4, 'latin1')
  if (implicit) head.writeUInt32LE(bytes.length, 4)
  else if (long) head.writeUInt32LE(bytes.length, 8)
  else head.writeUInt16LE(bytes.length, 6)
  return Buffer.concat([head, bytes])
}

function encodeValue(vr: string, value: DicomValue, implicit: boolean): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  if (typeof value === 'number') return encodeNumbers(vr, [value])
  if (vr === 'SQ') return Buffer.concat(value.flatMap((record) => (isRecord(record) ? [item(record, implicit)] : [])))
  return encodeNumbers(
    vr,
    value.filter((each) => typeof each === 'number'),
  )
}

const isRecord = (value: number | DicomRecord): value is DicomRecord => typeof value === 'object'

function item(record: DicomRecord, implicit: boolean): Uint8Array {
  const bytes = Buffer.concat([...elementsOf(record, implicit)])
  const head = Buffer.alloc(8)
  head.writeUInt16LE(0xfffe, 0)
  head.writeUInt16LE(0xe000, 2)
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes])
}

function encodeNumbers(vr: string, numbers: readonly number[]): Uint8Array {
  const size = BINARY[vr] as number | undefined
  if (size === undefined) return Buffer.from(numbers.map(decimal).join('\\'), 'latin1')
  const bytes = Buffer.alloc(numbers.length * size)
  for (const [n, value] of numbers.entries()) {
    if (vr === 'US') bytes.writeUInt16LE(value, 2 * n)
    else if (vr === 'UL') bytes.writeUInt32LE(value, 4 * n)
    else {
      bytes.writeUInt16LE(value >>> 16, 4 * n)
      bytes.writeUInt16LE(value & 0xffff, 4 * n + 2)
    }
  }
  return bytes
}

/** As exact as 16 characters allow. */
export function decimal(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  for (let digits = 16; digits > 1; digits--) {
    const text = String(Number(value.toPrecision(digits)))
    if (text.length <= 16) return text
  }
  return value.toExponential(8)
}

/** To an even number of bytes. */
function padded(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes
  return Buffer.concat([bytes, Buffer.from([vr === 'UI' || vr === 'OB' ? 0 : 32])])
}
