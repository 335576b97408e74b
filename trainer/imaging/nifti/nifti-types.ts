// The NIfTI data types that can be voxels here, by their code. Complex, RGB and 128-bit types are refused.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { VOXEL_TYPES, type VoxelType } from '../files/voxel-types.ts'

const TYPES: Readonly<Record<number, VoxelType>> = {
  2: VOXEL_TYPES.uint8,
  256: VOXEL_TYPES.int8,
  4: VOXEL_TYPES.int16,
  512: VOXEL_TYPES.uint16,
  8: VOXEL_TYPES.int32,
  768: VOXEL_TYPES.uint32,
  16: VOXEL_TYPES.float32,
  64: VOXEL_TYPES.float64,
  1024: VOXEL_TYPES.int64,
  1280: VOXEL_TYPES.uint64,
}

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
  const type = TYPES[code]
  if (type !== undefined) return type
  throw new OrganMosaicError(
    'invalid-file',
    `${path} holds ${REFUSED[code] ?? `data of the unknown type ${code}`}; expected one integer or float number a voxel. ` +
      'Convert it to a scalar image first.',
  )
}
