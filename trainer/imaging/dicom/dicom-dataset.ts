// The elements of a DICOM dataset, with their values on demand. Nothing is decoded before it is asked for.

/** Group and element as one number, for example 0x00280010. */
export type Tag = number

export interface DicomElement {
  readonly vr: string
  /** Where the value lies in the bytes of the dataset */
  readonly offset: number
  readonly length: number
  /** Of a sequence */
  readonly items?: readonly DicomDataset[]
  /** Of compressed pixel data: the basic offset table, then the fragments */
  readonly fragments?: readonly { readonly offset: number; readonly length: number }[]
}

const NUMBER_SIZES: Readonly<Record<string, number>> = {
  US: 2,
  SS: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  FD: 8,
  AT: 4,
  OW: 2,
  OF: 4,
  OD: 8,
  OL: 4,
}
const CHARACTER_SETS: Readonly<Record<string, string>> = {
  ...{ 'ISO_IR 192': 'utf-8', 'ISO_IR 101': 'iso-8859-2', 'ISO_IR 144': 'iso-8859-5', 'ISO_IR 126': 'iso-8859-7' },
  ...{
    'ISO_IR 127': 'iso-8859-6',
    'ISO_IR 138': 'iso-8859-8',
    'ISO_IR 13': 'shift_jis',
    GB18030: 'gb18030',
    GBK: 'gbk',
  },
}

export class DicomDataset {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly elements: ReadonlyMap<Tag, DicomElement>
  private readonly parent: DicomDataset | null
  private readonly view: DataView

  constructor(
    bytes: Uint8Array,
    littleEndian: boolean,
    elements: ReadonlyMap<Tag, DicomElement>,
    parent: DicomDataset | null,
  ) {
    this.bytes = bytes
    this.littleEndian = littleEndian
    this.elements = elements
    this.parent = parent
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  has(tag: Tag): boolean {
    return this.elements.has(tag)
  }

  /** Trimmed; null when the element is not there or empty. */
  text(tag: Tag): string | null {
    const found = this.elements.get(tag)
    if (!found || found.items || found.length === 0) return null
    const raw = this.bytes.subarray(found.offset, found.offset + found.length)
    const text = new TextDecoder(this.characterSet()).decode(raw).replace(/\0+$/, '').trim()
    return text === '' ? null : text
  }

  /** Values separated by backslashes. */
  texts(tag: Tag): string[] {
    return (this.text(tag) ?? '')
      .split('\\')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  /** Numbers, whether written in binary form or as text; empty when there are none. */
  numbers(tag: Tag): number[] {
    const found = this.elements.get(tag)
    if (!found || found.items) return []
    const size = NUMBER_SIZES[found.vr] as number | undefined
    if (size === undefined) return this.texts(tag).map(Number)
    return Array.from({ length: Math.floor(found.length / size) }, (_, at) =>
      this.number(found.vr, found.offset + at * size),
    )
  }

  /** The first number of an element; null when there is none. */
  first(tag: Tag): number | null {
    const [value] = this.numbers(tag)
    return Number.isFinite(value) ? value : null
  }

  items(tag: Tag): readonly DicomDataset[] {
    return this.elements.get(tag)?.items ?? []
  }

  private number(vr: string, at: number): number {
    const { view, littleEndian } = this
    switch (vr) {
      case 'SS':
        return view.getInt16(at, littleEndian)
      case 'UL':
      case 'OL':
        return view.getUint32(at, littleEndian)
      case 'SL':
        return view.getInt32(at, littleEndian)
      case 'FL':
      case 'OF':
        return view.getFloat32(at, littleEndian)
      case 'FD':
      case 'OD':
        return view.getFloat64(at, littleEndian)
      case 'AT':
        return view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian)
      default:
        return view.getUint16(at, littleEndian)
    }
  }

  /** Of this dataset, or of the one around it. */
  private characterSet(): string {
    const own = this.elements.get(0x00080005)
    if (!own) return this.parent?.characterSet() ?? 'latin1'
    const named = Buffer.from(this.bytes.subarray(own.offset, own.offset + own.length)).toString('latin1')
    return (
      CHARACTER_SETS[
        named
          .split('\\')
          .map((part) => part.trim().replace('ISO 2022 IR', 'ISO_IR'))
          .find((part) => part in CHARACTER_SETS) ?? ''
      ] ?? 'latin1'
    )
  }
}
