// What a label volume holds: the voxels of every value, and a voxel near its middle to go to.
import type { VolumeContent } from '../../../contract/api/volumes.ts'
import type { Shape } from '../../../contract/geometry.ts'

type Place = [number, number, number]

interface Sum {
  voxels: number
  k: number
  j: number
  i: number
  first: Place
  last: Place
}

/** @param labels [depth, height, width] */
export function describeSegments(labels: Uint8Array | Uint16Array, shape: Shape): VolumeContent {
  const sums = sumUp(labels, shape)
  const centres = new Map<number, [number, number, number]>()
  for (const [value, { voxels, k, j, i }] of sums) centres.set(value, [k / voxels, j / voxels, i / voxels])
  const nearest = nearestVoxels(labels, shape, centres)
  return {
    segments: [...sums]
      .map(([value, { voxels, first, last }]) => ({ value, voxels, centre: nearest.get(value)!, first, last }))
      .sort((a, b) => a.value - b.value),
  }
}

/** Labels come in runs along a row, so the table is asked once a run. */
function sumUp(labels: Uint8Array | Uint16Array, [depth, height, width]: Shape): Map<number, Sum> {
  const sums = new Map<number, Sum>()
  for (let k = 0, row = 0; k < depth; k++) {
    for (let j = 0; j < height; j++, row += width) {
      for (let i = 0; i < width;) {
        const value = labels[row + i]
        const first = i
        while (i < width && labels[row + i] === value) i++
        if (value === 0) continue
        const sum = sums.get(value) ?? { voxels: 0, k: 0, j: 0, i: 0, first: [k, j, first], last: [k, j, i - 1] }
        const run = i - first
        sum.voxels += run
        sum.k += run * k
        sum.j += run * j
        sum.i += (run * (first + i - 1)) / 2
        sum.first = [sum.first[0], Math.min(sum.first[1], j), Math.min(sum.first[2], first)]
        sum.last = [k, Math.max(sum.last[1], j), Math.max(sum.last[2], i - 1)]
        sums.set(value, sum)
      }
    }
  }
  return sums
}

/** The middle of a bent organ lies outside of it: the voxel of the organ closest to it (in voxels) is taken. */
function nearestVoxels(
  labels: Uint8Array | Uint16Array,
  [depth, height, width]: Shape,
  centres: ReadonlyMap<number, readonly [number, number, number]>,
): Map<number, [number, number, number]> {
  const nearest = new Map<number, [number, number, number]>()
  const open = new Map<number, { centre: readonly number[]; least: number }>()
  for (const [value, centre] of centres) {
    const [k, j, i] = centre.map(Math.round)
    if (labels[(k * height + j) * width + i] === value) nearest.set(value, [k, j, i])
    else open.set(value, { centre, least: Infinity })
  }
  if (open.size === 0) return nearest
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, at++) {
        if (labels[at] === 0) continue
        const wanted = open.get(labels[at])
        if (!wanted) continue
        const [ck, cj, ci] = wanted.centre
        const squared = (k - ck) ** 2 + (j - cj) ** 2 + (i - ci) ** 2
        if (squared >= wanted.least) continue
        wanted.least = squared
        nearest.set(labels[at], [k, j, i])
      }
    }
  }
  return nearest
}
