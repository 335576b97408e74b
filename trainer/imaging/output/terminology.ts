// Organs in the codes that DICOM and 3D Slicer share: SNOMED CT where the vocabulary has a code, else a private one.
import { createHash } from 'node:crypto'
import type { OutputSegment } from './output-writer.ts'

export interface Code {
  readonly value: string
  /** SCT is SNOMED CT */
  readonly scheme: string
  readonly meaning: string
}

const PRIVATE_SCHEME = '99ORGANMOSAIC'
const LONGEST_VALUE = 16
const LONGEST_MEANING = 64

export const ANATOMICAL_STRUCTURE: Code = { value: '123037004', scheme: 'SCT', meaning: 'Anatomical Structure' }

const SIDES: Readonly<Record<'left' | 'right', Code>> = {
  left: { value: '7771000', scheme: 'SCT', meaning: 'Left' },
  right: { value: '24028007', scheme: 'SCT', meaning: 'Right' },
}

/** What a segment is; of a paired organ its side is a code of its own. */
export function organCodes(segment: Pick<OutputSegment, 'organ' | 'name' | 'snomedCode' | 'laterality'>): {
  type: Code
  side: Code | null
} {
  const { organ, name, snomedCode, laterality } = segment
  const meaning = cut(laterality === null ? name : withoutSide(name), LONGEST_MEANING)
  return {
    type:
      snomedCode === null
        ? { value: privateValue(organ), scheme: PRIVATE_SCHEME, meaning }
        : { value: snomedCode, scheme: 'SCT', meaning },
    side: laterality === null ? null : SIDES[laterality],
  }
}

/** 'Left kidney' -> 'Kidney': the code says the kind of organ, its modifier says the side. */
function withoutSide(name: string): string {
  const bare = name.replace(/\b(left|right)\b\s*/i, '').trim() || name
  return bare[0].toUpperCase() + bare.slice(1)
}

/** Short ids as they are, long ones by their beginning and a hash, so that one organ always has one code. */
function privateValue(organ: string): string {
  const plain = organ.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  if (plain.length <= LONGEST_VALUE && plain === organ.toUpperCase()) return plain
  const hash = createHash('sha256').update(organ).digest('hex').slice(0, 8).toUpperCase()
  return `${plain.slice(0, LONGEST_VALUE - 9)}_${hash}`
}

const cut = (text: string, length: number): string => [...text].slice(0, length).join('')

/** #rrggbb as three numbers from 0 to 255. */
export const rgbOf = (color: string): [number, number, number] => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
]
