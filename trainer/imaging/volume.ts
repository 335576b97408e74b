// A volume: typed array with geometry. Tensor-free; services may import this folder.
import type { Geometry } from '../../contract/geometry.ts'

export type VoxelArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

/** Voxels [depth, height, width], width fastest, with where they are in the patient. */
export interface Volume<T extends VoxelArray = VoxelArray> {
  readonly data: T
  readonly geometry: Geometry
}

/** Number of voxels of a [depth, height, width] shape. */
export const voxelCount = (shape: readonly [number, number, number]): number => shape[0] * shape[1] * shape[2]
