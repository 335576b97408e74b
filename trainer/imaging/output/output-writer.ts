// What a module of an output format offers to write-output.ts, as image-format.ts is for reading. A new format is one
// line in contract/output.ts, one module here and one line in write-output.ts.
import type { Channel } from '../../../contract/channel.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { OutputCheck } from '../../../contract/output.ts'
import type { SegmentSource } from '../../../contract/report.ts'
import { compareGeometry } from '../geometry.ts'
import type { Volume, VoxelArray } from '../volume.ts'

export interface OutputSegment {
  /** In the label map */
  readonly value: number
  readonly organ: string
  readonly name: string
  /** #rrggbb */
  readonly color: string
  readonly snomedCode: string | null
  readonly laterality: 'left' | 'right' | null
  readonly source: SegmentSource
  readonly voxels: number
  /** Of these, settled by a true label; absent where nobody asked for true labels */
  readonly truthVoxels?: number
}

export interface SegmentationToWrite {
  /** Begins the names of its files */
  readonly id: string
  /** Addresses of the image that it was made for, one a channel */
  readonly images: readonly string[]
  readonly channels: readonly Channel[]
  /** On the grid of the image */
  readonly labelMap: Volume<Uint8Array>
  readonly segments: readonly OutputSegment[]
  /** How sure the models are of an organ, on the grid of the image; null unless it is asked for */
  readonly probabilityOf: ((value: number) => Volume<Float32Array>) | null
  readonly about: {
    readonly version: string
    readonly run: string
    readonly stage: number
    readonly model: string
    readonly createdAt: Date
  }
}

export interface WrittenOutput {
  /** Relative to the output folder */
  readonly files: readonly string[]
  readonly check: OutputCheck
}

/**
 * Writes, reads what was written and compares.
 * @param folder absolute; it exists
 * @throws OrganMosaicError environment when the file reads back differently, usage or invalid-data when the
 *   segmentation cannot be written in the format
 */
export type OutputWriter = (segmentation: SegmentationToWrite, folder: string) => Promise<WrittenOutput>

/** One line for the places in a file that have room for one. */
export const aboutLine = ({ about: { version, run, stage, model } }: SegmentationToWrite): string =>
  `OrganMosaic ${version}, run ${run}, stage ${stage}, model ${model}, research use only`

/** Organs that have a voxel: the others have no surface, contour or segment. */
export const foundSegments = (segmentation: SegmentationToWrite): OutputSegment[] =>
  segmentation.segments.filter(({ voxels }) => voxels > 0)

/** @throws OrganMosaicError invalid-data for a segmentation without any organ */
export function requireFound(segmentation: SegmentationToWrite, format: string): OutputSegment[] {
  const found = foundSegments(segmentation)
  if (found.length > 0) return found
  throw new OrganMosaicError(
    'invalid-data',
    `${segmentation.id}: no organ was found in the image, and a ${format} needs at least one. Export it as a NIfTI label map.`,
  )
}

/** 1 inside a segment, 0 outside. */
export function maskOf({ data, geometry }: Volume<Uint8Array>, value: number): Volume<Uint8Array> {
  const mask = new Uint8Array(data.length)
  for (let at = 0; at < mask.length; at++) if (data[at] === value) mask[at] = 1
  return { data: mask, geometry }
}

export const readsDifferently = (path: string, what: string): OrganMosaicError =>
  new OrganMosaicError(
    'environment',
    `${path} reads back differently from what was written (${what}); check the disk and export again.`,
  )

/** @returns voxels compared. @throws OrganMosaicError environment */
export function requireIdentical<T extends VoxelArray>(path: string, written: Volume<T>, read: Volume): number {
  const moved = compareGeometry(written.geometry, read.geometry, 1e-3)
  if (!moved.same) throw readsDifferently(path, moved.message)
  const { data } = written
  for (let at = 0; at < data.length; at++) {
    if (data[at] !== read.data[at]) throw readsDifferently(path, `voxel ${at} is ${read.data[at]}, not ${data[at]}`)
  }
  return data.length
}
