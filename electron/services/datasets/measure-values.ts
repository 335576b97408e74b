// How many voxels every value of a label volume has, where they lie, and which sides of the image they touch.
import type { Border } from '../../../contract/case.ts'
import type { Geometry, Point } from '../../../contract/geometry.ts'
import { canonicalTransform } from '../../../trainer/imaging/canonical.ts'
import { filledBlocks } from '../../../trainer/imaging/filled-blocks.ts'
import { voxelToPoint } from '../../../trainer/imaging/geometry.ts'
import type { VoxelArray } from '../../../trainer/imaging/volume.ts'

export interface MeasuredValue {
  readonly voxels: number
  /** Mean position, LPS mm */
  readonly centre: Point
  readonly borders: readonly Border[]
}

type Triple = [number, number, number]
interface Sum {
  voxels: number
  readonly sum: Triple
  readonly first: Triple
  readonly last: Triple
}

/** Thousands of different values are no label map; what was seen is enough to say so. */
const MOST_VALUES = 65_536

/** [low, high] end of canonical axis n: depth runs to superior, height to posterior, width to left. */
const ENDS: readonly (readonly [Border, Border])[] = [
  ['inferior', 'superior'],
  ['anterior', 'posterior'],
  ['right', 'left'],
]

/** @param data [depth, height, width]. @returns by the value as it is stored, without background */
export function measureValues(data: VoxelArray, geometry: Geometry): Map<number, MeasuredValue> {
  const measured = new Map<number, MeasuredValue>()
  const borders = bordersOf(geometry)
  for (const [value, { voxels, sum, first, last }] of sumUp(data, geometry.shape)) {
    const centre = voxelToPoint(geometry, [sum[0] / voxels, sum[1] / voxels, sum[2] / voxels])
    measured.set(value, { voxels, centre, borders: borders(first, last) })
  }
  return measured
}

/** Labels come in runs along a row, so the table is asked once a run; where there are none, nothing is looked at. */
function sumUp(data: VoxelArray, [, height, width]: Geometry['shape']): Map<number, Sum> {
  const sums = new Map<number, Sum>()
  for (const [from, to] of filledBlocks(data)) {
    for (let at = from; at < to;) {
      const value = data[at]
      const row = Math.floor(at / width)
      const rowEnd = Math.min(to, (row + 1) * width)
      const begin = at
      do at++
      while (at < rowEnd && data[at] === value)
      if (value === 0) continue
      const [k, j, first, last] = [Math.floor(row / height), row % height, begin - row * width, at - 1 - row * width]
      const known = sums.get(value)
      if (!known && sums.size >= MOST_VALUES) return sums
      const each = known ?? { voxels: 0, sum: [0, 0, 0], first: [k, j, first], last: [k, j, last] }
      if (!known) sums.set(value, each)
      extend(each, k, j, first, last)
    }
  }
  return sums
}

function extend(each: Sum, k: number, j: number, begin: number, end: number): void {
  const run = end - begin + 1
  each.voxels += run
  each.sum[0] += run * k
  each.sum[1] += run * j
  each.sum[2] += (run * (begin + end)) / 2
  each.first[1] = Math.min(each.first[1], j)
  each.first[2] = Math.min(each.first[2], begin)
  each.last[0] = k
  each.last[1] = Math.max(each.last[1], j)
  each.last[2] = Math.max(each.last[2], end)
}

function bordersOf(geometry: Geometry): (first: Triple, last: Triple) => Border[] {
  const { axes, flips } = canonicalTransform(geometry)
  return (first, last) =>
    ENDS.flatMap(([low, high], n) => {
      const [begin, end] = flips[n] ? [high, low] : [low, high]
      return [...(first[axes[n]] === 0 ? [begin] : []), ...(last[axes[n]] === geometry.shape[axes[n]] - 1 ? [end] : [])]
    })
}
