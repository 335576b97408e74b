// A file that holds named structures instead of bare values: 3D Slicer's .seg.nrrd, DICOM SEG, DICOM RTSTRUCT.
import type { Geometry } from '../../../contract/geometry.ts'
import type { Volume } from '../volume.ts'

export interface Segment {
  /** As the file numbers it; letters, digits, dots, dashes */
  readonly id: string
  readonly name: string
  /** #rrggbb, null where the file says nothing */
  readonly color: string | null
  /** RT ROI Interpreted Type of a structure set, such as EXTERNAL or PTV; of a SEG, a category that holds no organs */
  readonly type?: string
}

export interface Painted {
  readonly volume: Volume<Uint8Array>
  /** Sentences for people */
  readonly oddities: string[]
}

export interface Segmentation {
  readonly segments: readonly Segment[]
  /** UIDs of the DICOM series that it belongs to, where it says so */
  readonly references: readonly string[]
  /**
   * One structure, 1 inside, 0 outside.
   * @param grid of the image that it belongs to; null: the file's own, which an RTSTRUCT does not have
   * @throws OrganMosaicError invalid-data for a segment that is not there, or a grid that it does not lie on
   */
  readonly paint: (id: string, grid: Geometry | null) => Promise<Painted>
}

/** The same name twice gets a number: names are the keys of labels. */
export function nameApart(segments: readonly Segment[]): Segment[] {
  const seen = new Map<string, number>()
  return segments.map((segment) => {
    const name = segment.name.trim() || `segment ${segment.id}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { ...segment, name: count === 1 ? name : `${name} (${count})` }
  })
}

/** Parts of one from 0 to 1 as #rrggbb. */
export function hexColor(parts: readonly number[]): string | null {
  if (parts.length < 3 || !parts.slice(0, 3).every(Number.isFinite)) return null
  const byte = (part: number): string =>
    Math.round(Math.min(1, Math.max(0, part)) * 255)
      .toString(16)
      .padStart(2, '0')
  return `#${parts.slice(0, 3).map(byte).join('')}`
}
