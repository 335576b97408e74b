// The kinds of numbers that voxels can be stored as, whatever the format calls them.
import type { VoxelArray } from '../volume.ts'

export type StoredArray = VoxelArray | BigInt64Array | BigUint64Array

export interface VoxelType {
  readonly name: VoxelTypeName
  readonly bytes: number
  /** A view of an aligned buffer in the machine's byte order. */
  readonly view: (buffer: ArrayBuffer) => StoredArray
}

export type VoxelTypeName =
  'uint8' | 'int8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64' | 'int64' | 'uint64'

export const VOXEL_TYPES: Readonly<Record<VoxelTypeName, VoxelType>> = {
  uint8: { name: 'uint8', bytes: 1, view: (b) => new Uint8Array(b) },
  int8: { name: 'int8', bytes: 1, view: (b) => new Int8Array(b) },
  int16: { name: 'int16', bytes: 2, view: (b) => new Int16Array(b) },
  uint16: { name: 'uint16', bytes: 2, view: (b) => new Uint16Array(b) },
  int32: { name: 'int32', bytes: 4, view: (b) => new Int32Array(b) },
  uint32: { name: 'uint32', bytes: 4, view: (b) => new Uint32Array(b) },
  float32: { name: 'float32', bytes: 4, view: (b) => new Float32Array(b) },
  float64: { name: 'float64', bytes: 8, view: (b) => new Float64Array(b) },
  int64: { name: 'int64', bytes: 8, view: (b) => new BigInt64Array(b) },
  uint64: { name: 'uint64', bytes: 8, view: (b) => new BigUint64Array(b) },
}
