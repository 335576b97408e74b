// One volume out of an array with further axes (time, channels, layers of segments), wherever these axes stand.
import type { VoxelArray } from '../volume.ts'

/**
 * @param sizes of all axes, fastest first
 * @param spatial positions of width, height and depth among them, ascending
 * @param at position of the volume, from 0, counted over the other axes, the first of them fastest
 */
export function pickVolume<T extends VoxelArray>(
  data: T,
  sizes: readonly number[],
  spatial: readonly [number, number, number],
  at: number,
): T {
  const strides = sizes.map((_, axis) => sizes.slice(0, axis).reduce((product, size) => product * size, 1))
  let start = 0
  let rest = at
  for (const [axis, size] of sizes.entries()) {
    if (spatial.includes(axis)) continue
    start += (rest % size) * strides[axis]
    rest = Math.floor(rest / size)
  }
  const [width, height, depth] = spatial.map((axis) => sizes[axis])
  const [si, sj, sk] = spatial.map((axis) => strides[axis])
  const count = width * height * depth
  if (si === 1 && sj === width && sk === width * height) return data.subarray(start, start + count) as T
  const picked = new (data.constructor as new (length: number) => T)(count)
  let to = 0
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0, from = start + k * sk + j * sj; i < width; i++, from += si) picked[to++] = data[from]
    }
  }
  return picked
}

/** How many volumes there are to pick from. */
export const volumesIn = (sizes: readonly number[], spatial: readonly number[]): number =>
  sizes.reduce((product, size, axis) => (spatial.includes(axis) ? product : product * size), 1)
