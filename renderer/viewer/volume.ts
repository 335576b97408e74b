// A volume in the page: one typed array in canonical axis order (depth to superior, height to posterior, width to left).
// Its three middle planes come first and can be shown before the array is complete.
import type { VolumeContent, VolumeHeader } from '../../contract/api/volumes.ts'
import type { Shape } from '../../contract/geometry.ts'

export type StoredArray = Uint8Array | Int8Array | Int16Array | Uint16Array

/** [k, j, i] */
export type Voxel = readonly [number, number, number]

export interface Volume {
  readonly header: VolumeHeader
  /** Axial, coronal, sagittal through header.planes; rows run along the first axis of the two. */
  readonly planes: readonly [StoredArray, StoredArray, StoredArray]
  /** null while it is on its way */
  readonly data: StoredArray | null
  readonly content: VolumeContent
}

export const shapeOf = (volume: Volume): Shape => volume.header.geometry.shape

export function createArray(type: VolumeHeader['type'], buffer: ArrayBuffer): StoredArray {
  if (type === 'uint8') return new Uint8Array(buffer)
  if (type === 'int8') return new Int8Array(buffer)
  return type === 'int16' ? new Int16Array(buffer) : new Uint16Array(buffer)
}

export const bytesPerVoxel = (type: VolumeHeader['type']): number => (type === 'uint8' || type === 'int8' ? 1 : 2)

/** @returns the stored number, or null outside of the volume and where nothing has arrived yet */
export function storedAt(volume: Volume, [k, j, i]: Voxel): number | null {
  const [depth, height, width] = shapeOf(volume)
  if (k < 0 || j < 0 || i < 0 || k >= depth || j >= height || i >= width) return null
  return volume.data ? volume.data[(k * height + j) * width + i] : null
}

/** The value of the image file at a voxel. */
export function valueAt(volume: Volume, voxel: Voxel): number | null {
  const stored = storedAt(volume, voxel)
  return stored === null ? null : stored * volume.header.slope + volume.header.intercept
}
