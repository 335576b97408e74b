// A DICOM file (PS3.10), or a dataset without its preamble, as elements. Every length is checked before it is believed.
import { inflateRawSync } from 'node:zlib'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { damaged } from '../files/read-bytes.ts'
import { DicomDataset, type DicomElement, type Tag } from './dicom-dataset.ts'
import { implicitVr } from './implicit-vr.ts'

export interface DicomFile {
  readonly dataset: DicomDataset
  readonly transferSyntax: string
  /** The SOP class as the head of the file names it; files made anonymous may have it there alone */
  readonly headClass: string | null
}

/** Stands for "to be continued": the bytes end before the file does. */
export class MoreBytesNeeded extends Error {}

export const IMPLICIT_LITTLE = '1.2.840.10008.1.2'
export const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1'
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2'
const DEFLATED = '1.2.840.10008.1.2.1.99'
const PIXEL_DATA = 0x7fe00010
const ITEM = 0xfffee000
const ITEM_END = 0xfffee00d
const SEQUENCE_END = 0xfffee0dd
const UNDEFINED = 0xffffffff
const LONG_FORM = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'SQ', 'UC', 'UR', 'UT', 'UN', 'SV', 'UV'])
const DEEPEST = 24
const LARGEST_INFLATED = 2 ** 31

/** By its mark at byte 128, or by beginning with an element that files begin with. */
export function isDicom(start: Uint8Array): boolean {
  if (start.length >= 132 && Buffer.from(start.subarray(128, 132)).toString('latin1') === 'DICM') return true
  if (start.length < 16) return false
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const [group, element] = [view.getUint16(0, true), view.getUint16(2, true)]
  const little = (group === 0x0008 || group === 0x0002) && element < 0x0100
  const big = view.getUint16(0, false) === 0x0008 && view.getUint16(2, false) < 0x0100
  return (little && (isVr(start, 4) || view.getUint32(4, true) < 1024)) || (big && isVr(start, 4))
}

const isVr = (bytes: Uint8Array, at: number): boolean =>
  at + 1 < bytes.length && [bytes[at], bytes[at + 1]].every((byte) => byte >= 65 && byte <= 90)

/**
 * @param until stops before this element, for those who want the header only
 * @throws MoreBytesNeeded when the bytes are too few, OrganMosaicError invalid-file
 */
export function parseDicom(bytes: Uint8Array, path: string, until: Tag | null = null): DicomFile {
  if (!isDicom(bytes)) throw damaged(path, 'is no DICOM file')
  const marked = bytes.length >= 132 && Buffer.from(bytes.subarray(128, 132)).toString('latin1') === 'DICM'
  const at = marked ? 132 : 0
  const meta = readMeta(bytes, at, path)
  const guessed = guessSyntax(bytes, meta.end)
  const transferSyntax = meta.transferSyntax ?? guessed
  let body = bytes
  let start = meta.end
  if (transferSyntax === DEFLATED) {
    body = inflated(bytes.subarray(meta.end), path)
    start = 0
  }
  // A file that claims to name its kinds of values and does not is read as one that does not.
  const implicit = transferSyntax === IMPLICIT_LITTLE || (start < body.length && !isVr(body, start + 4))
  const reader = new Reader(body, transferSyntax !== EXPLICIT_BIG, implicit, path, until)
  const { dataset } = reader.dataset(start, body.length, null, 0)
  return { dataset, transferSyntax, headClass: meta.sopClass }
}

function inflated(packed: Uint8Array, path: string): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: LARGEST_INFLATED })
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} is damaged or cut: its deflated part cannot be decoded. Copy or download it again.`,
      { cause },
    )
  }
}

/** Group 2 is always explicit and little-endian. */
function readMeta(
  bytes: Uint8Array,
  at: number,
  path: string,
): { end: number; transferSyntax: string | null; sopClass: string | null } {
  let end = at
  let transferSyntax: string | null = null
  let sopClass: string | null = null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  while (end + 8 <= bytes.length && view.getUint16(end, true) === 2) {
    const reader = new Reader(bytes, true, false, path, null)
    const { tag, element, next } = reader.element(end, bytes.length, null, 0)
    const text = (): string | null =>
      Buffer.from(bytes.subarray(element.offset, element.offset + element.length))
        .toString('latin1')
        .replace(/[\0 ]+$/, '') || null
    if (tag === 0x00020002) sopClass = text()
    if (tag === 0x00020010) transferSyntax = text()
    end = next
  }
  return { end, transferSyntax, sopClass }
}

function guessSyntax(bytes: Uint8Array, at: number): string {
  if (at + 8 > bytes.length) return IMPLICIT_LITTLE
  const big = bytes[at] === 0 && bytes[at + 1] !== 0
  if (!isVr(bytes, at + 4)) return IMPLICIT_LITTLE
  return big ? EXPLICIT_BIG : EXPLICIT_LITTLE
}

class Reader {
  private readonly view: DataView
  private readonly bytes: Uint8Array
  private readonly littleEndian: boolean
  private readonly implicit: boolean
  private readonly path: string
  private readonly until: Tag | null

  constructor(bytes: Uint8Array, littleEndian: boolean, implicit: boolean, path: string, until: Tag | null) {
    this.bytes = bytes
    this.littleEndian = littleEndian
    this.implicit = implicit
    this.path = path
    this.until = until
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Elements up to `end`, or to the end of the item that they are in. */
  dataset(
    from: number,
    end: number,
    parent: DicomDataset | null,
    depth: number,
  ): { dataset: DicomDataset; next: number } {
    if (depth > DEEPEST) throw damaged(this.path, `nests sequences more than ${DEEPEST} deep`)
    const elements = new Map<Tag, DicomElement>()
    const dataset = new DicomDataset(this.bytes, this.littleEndian, elements, parent)
    let at = from
    while (at + 8 <= end) {
      const tag = this.tag(at)
      if (tag === ITEM_END || tag === SEQUENCE_END) return { dataset, next: at + 8 }
      if (depth === 0 && this.until !== null && tag >= this.until) return { dataset, next: at }
      const found = this.element(at, end, dataset, depth)
      elements.set(tag, found.element)
      at = found.next
    }
    if (depth === 0 && this.until !== null) throw new MoreBytesNeeded()
    return { dataset, next: end }
  }

  element(
    at: number,
    end: number,
    parent: DicomDataset | null,
    depth: number,
  ): { tag: Tag; element: DicomElement; next: number } {
    const tag = this.tag(at)
    const { vr, length, value } = this.head(at, tag, end)
    if (length === UNDEFINED) {
      if (tag === PIXEL_DATA) return { tag, ...this.fragments(value, vr) }
      const within = vr === 'UN' && !this.implicit ? new Reader(this.bytes, true, true, this.path, null) : this
      return { tag, ...within.sequence(value, this.bytes.length, parent, depth) }
    }
    if (value + length > end) throw new MoreBytesNeeded()
    if (vr === 'SQ' || (vr === 'UN' && length >= 8 && this.tag(value) === ITEM)) {
      const within = vr === 'UN' && !this.implicit ? new Reader(this.bytes, true, true, this.path, null) : this
      return { tag, ...within.sequence(value, value + length, parent, depth), next: value + length }
    }
    return { tag, element: { vr, offset: value, length }, next: value + length }
  }

  private tag(at: number): Tag {
    if (at + 4 > this.bytes.length) throw new MoreBytesNeeded()
    return this.view.getUint16(at, this.littleEndian) * 0x10000 + this.view.getUint16(at + 2, this.littleEndian)
  }

  private head(at: number, tag: Tag, end: number): { vr: string; length: number; value: number } {
    if (this.implicit || !isVr(this.bytes, at + 4)) {
      return { vr: implicitVr(tag), length: this.length(at + 4, end), value: at + 8 }
    }
    const vr = String.fromCharCode(this.bytes[at + 4], this.bytes[at + 5])
    if (!LONG_FORM.has(vr)) return { vr, length: this.view.getUint16(at + 6, this.littleEndian), value: at + 8 }
    return { vr, length: this.length(at + 8, end), value: at + 12 }
  }

  private length(at: number, end: number): number {
    if (at + 4 > end) throw new MoreBytesNeeded()
    return this.view.getUint32(at, this.littleEndian)
  }

  private sequence(
    from: number,
    end: number,
    parent: DicomDataset | null,
    depth: number,
  ): { element: DicomElement; next: number } {
    const items: DicomDataset[] = []
    let at = from
    while (at + 8 <= end) {
      const tag = this.tag(at)
      if (tag === SEQUENCE_END) return { element: { vr: 'SQ', offset: from, length: at - from, items }, next: at + 8 }
      if (tag !== ITEM) throw damaged(this.path, `has something other than an item in a sequence, at byte ${at}`)
      const length = this.view.getUint32(at + 4, this.littleEndian)
      const stop = length === UNDEFINED ? end : at + 8 + length
      if (stop > end) throw new MoreBytesNeeded()
      const found = this.dataset(at + 8, stop, parent, depth + 1)
      items.push(found.dataset)
      at = length === UNDEFINED ? found.next : stop
    }
    return { element: { vr: 'SQ', offset: from, length: end - from, items }, next: end }
  }

  private fragments(from: number, vr: string): { element: DicomElement; next: number } {
    const fragments: { offset: number; length: number }[] = []
    let at = from
    while (at + 8 <= this.bytes.length) {
      const tag = this.tag(at)
      const length = this.view.getUint32(at + 4, this.littleEndian)
      if (tag === SEQUENCE_END) return { element: { vr, offset: from, length: at - from, fragments }, next: at + 8 }
      if (tag !== ITEM) break
      if (at + 8 + length > this.bytes.length) throw new MoreBytesNeeded()
      fragments.push({ offset: at + 8, length })
      at += 8 + length
    }
    // Without its end the data may still be whole: decoding says so.
    return { element: { vr, offset: from, length: at - from, fragments }, next: this.bytes.length }
  }
}
