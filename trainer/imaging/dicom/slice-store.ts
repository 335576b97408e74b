// The voxels of a series, slice by slice, rescaled to what they mean, in the smallest kind of number that holds them.
import type { VoxelArray } from '../volume.ts'
import type { SliceFrame } from './frames.ts'
import type { PixelFormat } from './pixel-format.ts'
import type { FrameValues } from './stored-values.ts'

export interface SliceStore {
  /** [depth, height, width] */
  readonly voxels: () => VoxelArray
  /** @param from the first voxel of the slice */
  readonly put: (from: number, values: FrameValues, slice: SliceFrame) => void
}

export function createSliceStore(
  slices: readonly SliceFrame[],
  formats: ReadonlyMap<string, PixelFormat>,
  length: number,
): SliceStore {
  const range = possibleRange(slices, formats)
  // 16 bits with HU that begin at -1024 could need more, and hardly ever do: half the memory until one does.
  let isNarrow = range.whole && needsWideIntegers(range)
  let data = isNarrow ? new Int16Array(length) : arrayFor(range, length)
  return {
    voxels: () => data,
    put(from, values, { slope, intercept }) {
      if (isNarrow && exceedsInt16(values, slope, intercept)) {
        isNarrow = false
        data = new Int32Array(data)
      }
      if (slope === 1 && intercept === 0) data.set(values, from)
      else rescale(values, slope, intercept, data, from)
    },
  }
}

interface ValueRange {
  readonly low: number
  readonly high: number
  /** Integers alone */
  readonly whole: boolean
  /** More digits than a float32 has */
  readonly wide: boolean
}

/** What the headers allow. */
function possibleRange(slices: readonly SliceFrame[], formats: ReadonlyMap<string, PixelFormat>): ValueRange {
  let [low, high, whole, wide] = [0, 0, true, false]
  for (const { path, slope, intercept } of slices) {
    const { bitsStored, signed, float } = formats.get(path) ?? { bitsStored: 16, signed: true, float: false }
    whole &&= Number.isInteger(slope) && Number.isInteger(intercept) && !float
    wide ||= bitsStored > 24
    const ends = signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
    for (const end of ends) {
      low = Math.min(low, end * slope + intercept)
      high = Math.max(high, end * slope + intercept)
    }
  }
  return { low, high, whole, wide }
}

const needsWideIntegers = ({ low, high }: ValueRange): boolean =>
  !(low >= -32768 && high <= 32767) && !(low >= 0 && high <= 65535) && Math.max(-low, high) <= 2 ** 31 - 1

function arrayFor({ low, high, whole, wide }: ValueRange, length: number): VoxelArray {
  if (!whole || Math.max(-low, high) > 2 ** 31 - 1) return wide ? new Float64Array(length) : new Float32Array(length)
  if (low >= 0 && high <= 255) return new Uint8Array(length)
  return low >= -32768 && high <= 32767 ? new Int16Array(length) : new Uint16Array(length)
}

function exceedsInt16(values: FrameValues, slope: number, intercept: number): boolean {
  let [least, most] = [values[0], values[0]]
  for (let at = 1; at < values.length; at++) {
    const value = values[at]
    if (value < least) least = value
    else if (value > most) most = value
  }
  const ends = [least * slope + intercept, most * slope + intercept]
  return Math.min(...ends) < -32768 || Math.max(...ends) > 32767
}

function rescale(values: FrameValues, slope: number, intercept: number, data: VoxelArray, from: number): void {
  for (let at = 0; at < values.length; at++) data[from + at] = values[at] * slope + intercept
}
