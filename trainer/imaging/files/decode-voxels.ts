// From the bytes of an image file to one typed array of plain numbers, shared by all formats.
import { endianness } from 'node:os'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { VoxelArray } from '../volume.ts'
import type { VoxelType } from './voxel-types.ts'

export interface StoredVoxels {
  readonly littleEndian: boolean
  readonly voxelType: VoxelType
  readonly dataOffset: number
  readonly dataBytes: number
  /** value = stored * slope + intercept; null when the values are stored as they are */
  readonly scaling: { readonly slope: number; readonly intercept: number } | null
}

/**
 * The voxels of a file, slope and intercept applied. Unscaled values keep their type; 64-bit integers become int32, or
 * float64 where they do not fit; scaled values become float32, or float64 for types of more than 16 bits.
 * @throws OrganMosaicError invalid-data for 64-bit integers beyond +-2^53
 */
export function decodeVoxels(bytes: Uint8Array, header: StoredVoxels, path: string): VoxelArray {
  // a copy: aligned for its type, and free of the file's buffer
  const raw = new Uint8Array(bytes.subarray(header.dataOffset, header.dataOffset + header.dataBytes))
  if (header.littleEndian !== (endianness() === 'LE')) swapBytes(raw, header.voxelType.bytes)
  const stored = header.voxelType.view(raw.buffer)
  const numbers = stored instanceof BigInt64Array || stored instanceof BigUint64Array ? narrow(stored, path) : stored
  return header.scaling ? scale(numbers, header.scaling.slope, header.scaling.intercept) : numbers
}

function swapBytes(raw: Uint8Array, size: number): void {
  const buffer = Buffer.from(raw.buffer)
  if (size === 2) buffer.swap16()
  if (size === 4) buffer.swap32()
  if (size === 8) buffer.swap64()
}

function narrow(stored: BigInt64Array | BigUint64Array, path: string): Int32Array | Float64Array {
  let min = 0n
  let max = 0n
  for (const value of stored) {
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min < -(2n ** 53n) || max > 2n ** 53n) {
    throw new OrganMosaicError(
      'invalid-data',
      `${path} holds 64-bit integers from ${min} to ${max}; beyond 2^53 they cannot be represented. Store it as int32 or float32.`,
    )
  }
  const fits = min >= -(2n ** 31n) && max < 2n ** 31n
  const numbers = fits ? new Int32Array(stored.length) : new Float64Array(stored.length)
  for (let i = 0; i < stored.length; i++) numbers[i] = Number(stored[i])
  return numbers
}

export function scale(stored: VoxelArray, slope: number, intercept: number): Float32Array | Float64Array {
  const wide = stored.BYTES_PER_ELEMENT > 2 && !(stored instanceof Float32Array)
  const scaled = wide ? new Float64Array(stored.length) : new Float32Array(stored.length)
  for (let i = 0; i < scaled.length; i++) scaled[i] = stored[i] * slope + intercept
  return scaled
}
