// Exact Euclidean distance transform in mm: how far every voxel is from the nearest marked one.
// Surface distances of an evaluation are looked up in it, and slices between contours are interpolated by it. Tensor-free.
import type { Shape, Spacing } from '../../contract/geometry.ts'
import { voxelCount } from './volume.ts'

/**
 * Squared distance (mm²) of every voxel centre to the nearest marked voxel centre; Infinity when none is marked.
 * Separable lower envelopes of parabolas (Felzenszwalb and Huttenlocher 2012), one pass an axis, linear in voxels.
 * @param marked [depth, height, width], non-zero = marked
 */
export function squaredDistancesMm(marked: Uint8Array, shape: Shape, spacingMm: Spacing): Float64Array {
  const [depth, height, width] = shape
  const squared = new Float64Array(voxelCount(shape))
  for (let voxel = 0; voxel < squared.length; voxel++) squared[voxel] = marked[voxel] ? 0 : Infinity

  const sweepWidth = lineSweep(squared, width, 1, spacingMm[2])
  for (let row = 0; row < depth * height; row++) sweepWidth(row * width)

  const sweepHeight = lineSweep(squared, height, width, spacingMm[1])
  for (let k = 0; k < depth; k++) for (let i = 0; i < width; i++) sweepHeight(k * height * width + i)

  const sweepDepth = lineSweep(squared, depth, height * width, spacingMm[0])
  for (let column = 0; column < height * width; column++) sweepDepth(column)
  return squared
}

/** A function that replaces one line of `squared` (every `stride` voxels from `start`) by its lower envelope. */
function lineSweep(squared: Float64Array, length: number, stride: number, stepMm: number): (start: number) => void {
  const heights = new Float64Array(length)
  const apexes = new Int32Array(length)
  const takesOverAt = new Float64Array(length)

  return (start) => {
    let last = -1
    for (let q = 0; q < length; q++) {
      const value = squared[start + q * stride]
      heights[q] = value
      if (value === Infinity) continue
      const x = q * stepMm
      let crossing = -Infinity
      while (last >= 0) {
        const p = apexes[last]
        const xp = p * stepMm
        crossing = (value + x * x - heights[p] - xp * xp) / (2 * (x - xp))
        if (crossing > takesOverAt[last]) break
        last--
        crossing = -Infinity
      }
      last++
      apexes[last] = q
      takesOverAt[last] = crossing
    }
    if (last < 0) return

    for (let q = 0, piece = 0; q < length; q++) {
      const x = q * stepMm
      while (piece < last && takesOverAt[piece + 1] < x) piece++
      const offset = x - apexes[piece] * stepMm
      squared[start + q * stride] = heights[apexes[piece]] + offset * offset
    }
  }
}
