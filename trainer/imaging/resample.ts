// From one grid to another. Grids with equal axis directions (all of preprocessing) go axis by axis; others through
// a general affine map, eight neighbours a voxel.
import type { Geometry, Shape } from '../../contract/geometry.ts'
import { axisWeights, nearestWeights, type AxisWeights } from './axis-weights.ts'
import { pointToVoxel, sameDirection, voxelToPoint } from './geometry.ts'
import { sampleObliqueImage, sampleObliqueLabels } from './resample-oblique.ts'
import { voxelCount, type Volume } from './volume.ts'

/** Options of all resampling. */
export interface Resampling {
  /** false: plain linear interpolation also where the grid gets coarser; averaged there unless given. */
  readonly smooth?: boolean
  /** The axis of the target along which voxels are taken whole from the nearest: that of thick slices. */
  readonly nearestAxis?: 0 | 1 | 2 | undefined
}

/** Weights for depth, height and width between two grids of equal direction. */
export function gridWeights(
  source: Geometry,
  target: Geometry,
  { smooth = true, nearestAxis }: Resampling = {},
): [AxisWeights, AxisWeights, AxisWeights] {
  const offset = pointToVoxel(source, voxelToPoint(target, [0, 0, 0]))
  const along = (axis: number): AxisWeights => {
    const step = target.spacingMm[axis] / source.spacingMm[axis]
    const [from, to] = [source.shape[axis], target.shape[axis]]
    return axis === nearestAxis
      ? nearestWeights(from, to, offset[axis], step)
      : axisWeights(from, to, offset[axis], step, smooth)
  }
  return [along(0), along(1), along(2)]
}

/**
 * Linear interpolation, averaged where the target grid is coarser.
 * @param options.outside value of voxels whose centre lies outside the source grid
 */
export function resampleImage(
  volume: Volume,
  target: Geometry,
  options: { outside: number } & Resampling,
): Volume<Float32Array> {
  if (!sameDirection(volume.geometry.direction, target.direction)) {
    const source = volume.data instanceof Float32Array ? volume.data : new Float32Array(volume.data)
    const data = sampleObliqueImage({ data: source, geometry: volume.geometry }, target, options.outside)
    return { data, geometry: target }
  }
  const tables = gridWeights(volume.geometry, target, options)
  let data = resampleDepth(volume, tables[0], target.shape[0])
  const shape: Shape = [...volume.geometry.shape]
  shape[0] = target.shape[0]
  for (const axis of [1, 2] as const) {
    data = resampleAxis(data, shape, axis, tables[axis], target.shape[axis])
    shape[axis] = target.shape[axis]
  }
  fillOutside(data, shape, tables, options.outside)
  return { data, geometry: target }
}

/** Slices become float32 one by one as they are needed: a whole volume of them would be the largest thing in memory. */
function resampleDepth({ data, geometry }: Volume, table: AxisWeights, size: number): Float32Array {
  const length = geometry.shape[1] * geometry.shape[2]
  const { taps, start, weights } = table
  const result = new Float32Array(size * length)
  const converted = Array.from({ length: taps }, () => ({ slice: -1, values: new Float32Array(length) }))
  const sliceAt = (slice: number): Float32Array => {
    if (data instanceof Float32Array) return data.subarray(slice * length, (slice + 1) * length)
    const kept = converted[slice % taps]
    if (kept.slice !== slice) {
      kept.slice = slice
      kept.values.set(data.subarray(slice * length, (slice + 1) * length))
    }
    return kept.values
  }
  for (let n = 0; n < size; n++) {
    const to = result.subarray(n * length, (n + 1) * length)
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[n * taps + tap]
      if (weight === 0) continue
      const from = sliceAt(start[n] + tap)
      for (let i = 0; i < length; i++) to[i] += weight * from[i]
    }
  }
  return result
}

/** data seen as [outer, size, inner]; the middle axis is replaced by weighted sums. */
function resampleAxis(data: Float32Array, shape: Shape, axis: number, table: AxisWeights, size: number): Float32Array {
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1)
  const outer = shape.slice(0, axis).reduce((product, n) => product * n, 1)
  const { taps, start, weights } = table
  const result = new Float32Array(outer * size * inner)
  for (let o = 0; o < outer; o++) {
    const base = o * shape[axis] * inner
    for (let n = 0; n < size; n++) {
      const to = (o * size + n) * inner
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[n * taps + tap]
        if (weight === 0) continue
        const from = base + (start[n] + tap) * inner
        for (let i = 0; i < inner; i++) result[to + i] += weight * data[from + i]
      }
    }
  }
  return result
}

function fillOutside(data: Float32Array, shape: Shape, tables: readonly AxisWeights[], outside: number): void {
  if (tables.every(({ inside }) => inside.every((flag) => flag === 1))) return
  const [depth, height, width] = shape
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      const row = tables[0].inside[k] & tables[1].inside[j]
      for (let i = 0; i < width; i++, at++) if (!(row & tables[2].inside[i])) data[at] = outside
    }
  }
}

/**
 * Each voxel takes the code with the largest weight among the source voxels it is made of (the higher code on a tie);
 * code 0 outside the source grid. Codes are names, never averaged.
 */
export function resampleLabels(
  volume: Volume<Uint8Array>,
  target: Geometry,
  options: Resampling = {},
): Volume<Uint8Array> {
  if (!sameDirection(volume.geometry.direction, target.direction)) {
    return { data: sampleObliqueLabels(volume, target), geometry: target }
  }
  const [depth, height, width] = target.shape
  const tables = gridWeights(volume.geometry, target, options)
  const [z, y, x] = tables
  const data = new Uint8Array(voxelCount(target.shape))
  const ballot = new Float64Array(256)
  const agreed = new Int16Array(volume.geometry.shape[2])
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++, at += width) {
      if (!(z.inside[k] & y.inside[j])) continue
      findAgreed(agreed, volume, z, y, k, j)
      for (let i = 0; i < width; i++) {
        if (!x.inside[i]) continue
        const code = agreedAlong(agreed, x.start[i], x.taps)
        data[at + i] = code >= 0 ? code : vote(volume, tables, [k, j, i], ballot)
      }
    }
  }
  return { data, geometry: target }
}

/** The code that all source voxels of an output row share at each source column; -1 where they differ. */
function findAgreed(
  agreed: Int16Array,
  { data, geometry }: Volume<Uint8Array>,
  z: AxisWeights,
  y: AxisWeights,
  k: number,
  j: number,
): void {
  const [, height, width] = geometry.shape
  for (let c = 0; c < z.taps; c++) {
    for (let b = 0; b < y.taps; b++) {
      const from = ((z.start[k] + c) * height + y.start[j] + b) * width
      const isFirst = c === 0 && b === 0
      for (let i = 0; i < width; i++) {
        if (isFirst) agreed[i] = data[from + i]
        else if (agreed[i] !== data[from + i]) agreed[i] = -1
      }
    }
  }
}

/** Almost everywhere there is nothing to vote on. */
function agreedAlong(agreed: Int16Array, start: number, taps: number): number {
  const code = agreed[start]
  for (let a = 1; a < taps; a++) if (agreed[start + a] !== code) return -1
  return code
}

/** @param ballot 256 zeros, left as 256 zeros */
function vote(
  volume: Volume<Uint8Array>,
  [z, y, x]: [AxisWeights, AxisWeights, AxisWeights],
  [k, j, i]: [number, number, number],
  ballot: Float64Array,
): number {
  const [, height, width] = volume.geometry.shape
  let lowest = 255
  let highest = 0
  for (let c = 0; c < z.taps; c++) {
    const wz = z.weights[k * z.taps + c]
    for (let b = 0; b < y.taps; b++) {
      const wzy = wz * y.weights[j * y.taps + b]
      const from = ((z.start[k] + c) * height + y.start[j] + b) * width + x.start[i]
      for (let a = 0; a < x.taps; a++) {
        const code = volume.data[from + a]
        ballot[code] += wzy * x.weights[i * x.taps + a]
        if (code < lowest) lowest = code
        if (code > highest) highest = code
      }
    }
  }
  let winner = highest
  for (let code = highest; code >= lowest; code--) {
    // weights are sums of products: equal shares may differ in the last bits
    if (ballot[code] > ballot[winner] + 1e-9) winner = code
  }
  ballot.fill(0, lowest, highest + 1)
  return winner
}
