// One frame for all volumes: array axes are exchanged and flipped (never resampled) until depth runs closest to
// superior, height to posterior and width to left, and back again for results.
import type { Geometry, Point, Shape } from '../../contract/geometry.ts'
import { voxelToPoint } from './geometry.ts'
import type { Volume, VoxelArray } from './volume.ts'

/** Array axis n of the result is array axis axes[n] of the source, run backwards where flips[n]. */
export interface AxisTransform {
  readonly axes: readonly [number, number, number]
  readonly flips: readonly [boolean, boolean, boolean]
}

const PERMUTATIONS: readonly (readonly [number, number, number])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

/** The component of array axis `axis` (0 depth, 1 height, 2 width) along LPS coordinate `coordinate`. */
const component = (geometry: Geometry, axis: number, coordinate: number) =>
  geometry.direction[3 * coordinate + (2 - axis)]

/** Which exchange of axes brings a grid closest to (superior, posterior, left). */
export function canonicalTransform(geometry: Geometry): AxisTransform {
  // array axis n of the canonical frame runs along LPS coordinate 2 - n
  const fit = (axes: readonly number[]) =>
    axes.reduce((sum, axis, n) => sum + Math.abs(component(geometry, axis, 2 - n)), 0)
  const axes = PERMUTATIONS.reduce((best, candidate) => (fit(candidate) > fit(best) + 1e-9 ? candidate : best))
  const flip = (n: number) => component(geometry, axes[n], 2 - n) < 0
  return { axes, flips: [flip(0), flip(1), flip(2)] }
}

export function invertTransform({ axes, flips }: AxisTransform): AxisTransform {
  const position = (source: number) => axes.indexOf(source)
  return {
    axes: [position(0), position(1), position(2)],
    flips: [flips[position(0)], flips[position(1)], flips[position(2)]],
  }
}

export function reorientGeometry(geometry: Geometry, { axes, flips }: AxisTransform): Geometry {
  const shape: Shape = [geometry.shape[axes[0]], geometry.shape[axes[1]], geometry.shape[axes[2]]]
  const first = [0, 0, 0] as [number, number, number]
  axes.forEach((axis, n) => (first[axis] = flips[n] ? geometry.shape[axis] - 1 : 0))
  const origin: Point = voxelToPoint(geometry, first)
  // column i, j, k of the direction belong to array axes 2, 1, 0; + 0 turns -0 into 0
  const direction = [0, 1, 2].flatMap((coordinate) =>
    [2, 1, 0].map((n) => component(geometry, axes[n], coordinate) * (flips[n] ? -1 : 1) + 0),
  )
  const spacing = geometry.spacingMm
  return { shape, spacingMm: [spacing[axes[0]], spacing[axes[1]], spacing[axes[2]]], origin, direction }
}

/** The same voxels at the same places, in another array order. Shares the data when nothing changes. */
export function reorient<T extends VoxelArray>(volume: Volume<T>, transform: AxisTransform): Volume<T> {
  const { axes, flips } = transform
  const geometry = reorientGeometry(volume.geometry, transform)
  if (axes.every((axis, n) => axis === n && !flips[n])) return volume
  const [, height, width] = volume.geometry.shape
  const sourceStride = [height * width, width, 1]
  const stride = axes.map((axis, n) => (flips[n] ? -1 : 1) * sourceStride[axis])
  const start = axes.reduce(
    (sum, axis, n) => sum + (flips[n] ? (volume.geometry.shape[axis] - 1) * sourceStride[axis] : 0),
    0,
  )
  // a new array of the same type; slice() would copy what is overwritten below
  const data = new (volume.data.constructor as new (length: number) => T)(volume.data.length)
  if (axes.every((axis, n) => axis === n)) turn(volume.data, data, geometry.shape, start, stride)
  else gather(volume.data, data, geometry.shape, start, stride)
  return { data, geometry }
}

/** Axes that are only flipped: whole rows are copied, which is several times faster than voxel by voxel. */
function turn(source: VoxelArray, target: VoxelArray, shape: Shape, start: number, stride: readonly number[]): void {
  const [depth, height, width] = shape
  const first = stride[2] < 0 ? start - width + 1 : start
  for (let k = 0, to = 0; k < depth; k++) {
    for (let j = 0; j < height; j++, to += width) {
      const from = first + k * stride[0] + j * stride[1]
      target.set(source.subarray(from, from + width), to)
      if (stride[2] < 0) target.subarray(to, to + width).reverse()
    }
  }
}

function gather(source: VoxelArray, target: VoxelArray, shape: Shape, start: number, stride: readonly number[]): void {
  const [depth, height, width] = shape
  let to = 0
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      let from = start + k * stride[0] + j * stride[1]
      for (let i = 0; i < width; i++, from += stride[2]) target[to++] = source[from]
    }
  }
}

/** @returns the volume in canonical axis order, and the transform that fromCanonical undoes */
export function toCanonical<T extends VoxelArray>(volume: Volume<T>): { volume: Volume<T>; transform: AxisTransform } {
  const transform = canonicalTransform(volume.geometry)
  return { volume: reorient(volume, transform), transform }
}

export const fromCanonical = <T extends VoxelArray>(volume: Volume<T>, transform: AxisTransform): Volume<T> =>
  reorient(volume, invertTransform(transform))
