// The NIfTI data types that can be voxels here, by their code. Complex, RGB and 128-bit types are refused.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { VoxelArray } from '../volume.ts'

type StoredArray = VoxelArray | BigInt64Array | BigUint64Array

export interface VoxelType {
  readonly code: number
  readonly name: string
  readonly bytes: number
  /** A view of an aligned buffer in the machine's byte order. */
  readonly view: (buffer: ArrayBuffer) => StoredArray
}

export const VOXEL_TYPES: readonly VoxelType[] = [
  { code: 2, name: 'uint8', bytes: 1, view: (b) => new Uint8Array(b) },
  { code: 256, name: 'int8', bytes: 1, view: (b) => new Int8Array(b) },
  { code: 4, name: 'int16', bytes: 2, view: (b) => new Int16Array(b) },
  { code: 512, name: 'uint16', bytes: 2, view: (b) => new Uint16Array(b) },
  { code: 8, name: 'int32', bytes: 4, view: (b) => new Int32Array(b) },
  { code: 768, name: 'uint32', bytes: 4, view: (b) => new Uint32Array(b) },
  { code: 16, name: 'float32', bytes: 4, view: (b) => new Float32Array(b) },
  { code: 64, name: 'float64', bytes: 8, view: (b) => new Float64Array(b) },
  { code: 1024, name: 'int64', bytes: 8, view: (b) => new BigInt64Array(b) },
  { code: 1280, name: 'uint64', bytes: 8, view: (b) => new BigUint64Array(b) },
]

const REFUSED: Readonly<Record<number, string>> = {
  0: 'an unknown data type',
  1: '1-bit binary data',
  32: 'complex64 data',
  128: 'RGB colour data',
  1536: '128-bit float data',
  1792: 'complex128 data',
  2048: 'complex256 data',
  2304: 'RGBA colour data',
}

/** @throws OrganMosaicError invalid-file for types that are not plain numbers */
export function voxelTypeOf(code: number, path: string): VoxelType {
  const type = VOXEL_TYPES.find((candidate) => candidate.code === code)
  if (type) return type
  throw new OrganMosaicError(
    'invalid-file',
    `${path} holds ${REFUSED[code] ?? `data of the unknown type ${code}`}; expected one integer or float number a voxel. ` +
      'Convert it to a scalar image first.',
  )
}
