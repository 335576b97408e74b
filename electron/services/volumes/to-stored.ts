// Voxels as a screen needs them: integers of at most 16 bits, with the line that leads back to the file's values.
import type { VolumeHeader } from '../../../contract/api/volumes.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { VoxelArray } from '../../../trainer/imaging/volume.ts'

export type StoredArray = Uint8Array | Int8Array | Int16Array | Uint16Array

export interface Stored {
  readonly data: StoredArray
  readonly slope: number
  readonly intercept: number
  readonly exact: boolean
}

const LARGEST = 65_535

/** Integers that fit 16 bits stay as they are; anything finer is spread over 16 bits between its extremes. */
export function toStored(data: VoxelArray): Stored {
  if (isStored(data)) return { data, slope: 1, intercept: 0, exact: true }
  const { min, max } = rangeOf(data)
  if (min >= -32_768 && max <= 32_767 && isIntegral(data)) {
    return { data: new Int16Array(data), slope: 1, intercept: 0, exact: true }
  }
  if (min >= 0 && max <= LARGEST && isIntegral(data)) {
    return { data: new Uint16Array(data), slope: 1, intercept: 0, exact: true }
  }
  const slope = max > min ? (max - min) / LARGEST : 1
  const stored = new Uint16Array(data.length)
  for (let at = 0; at < data.length; at++) {
    const value = data[at]
    // Infinity is shown as the brightest or darkest value, and what is no number as the darkest.
    stored[at] = value >= max ? (max - min) / slope : value > min ? Math.round((value - min) / slope) : 0
  }
  return { data: stored, slope, intercept: min, exact: false }
}

export function typeOf(data: StoredArray): VolumeHeader['type'] {
  if (data instanceof Uint8Array) return 'uint8'
  if (data instanceof Int8Array) return 'int8'
  return data instanceof Int16Array ? 'int16' : 'uint16'
}

/** Bytes as the stored numbers that they are. */
export function arrayOf(type: VolumeHeader['type'], { buffer, byteOffset, byteLength }: Uint8Array): StoredArray {
  if (type === 'uint8') return new Uint8Array(buffer, byteOffset, byteLength)
  if (type === 'int8') return new Int8Array(buffer, byteOffset, byteLength)
  if (type === 'int16') return new Int16Array(buffer, byteOffset, byteLength / 2)
  return new Uint16Array(buffer, byteOffset, byteLength / 2)
}

function isStored(data: VoxelArray): data is StoredArray {
  return (
    data instanceof Int16Array || data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Int8Array
  )
}

/** Of the finite values; 0 to 0 without any. */
export function rangeOf(data: VoxelArray): { min: number; max: number } {
  let min = Infinity
  let max = -Infinity
  for (let at = 0; at < data.length; at++) {
    const value = data[at]
    if (value < min && value !== -Infinity) min = value
    if (value > max && value !== Infinity) max = value
  }
  return min <= max ? { min, max } : { min: 0, max: 0 }
}

function isIntegral(data: VoxelArray): boolean {
  for (let at = 0; at < data.length; at++) if (!Number.isInteger(data[at])) return false
  return true
}

/** @throws OrganMosaicError `invalid-data` for values that no label map holds */
export function toLabels(data: VoxelArray, path: string): Uint8Array | Uint16Array {
  if (data instanceof Uint8Array) return data
  const { min, max } = rangeOf(data)
  if (min < -0.5 || max > LARGEST) {
    throw new OrganMosaicError(
      'invalid-data',
      `${path} holds values from ${min} to ${max}; label maps hold 0 to ${LARGEST}. Re-export it, or exclude the case.`,
    )
  }
  // Slope and intercept may leave a value a hair off its integer.
  const labels = max <= 255 ? new Uint8Array(data.length) : new Uint16Array(data.length)
  for (let at = 0; at < data.length; at++) labels[at] = Math.round(data[at])
  return labels
}
