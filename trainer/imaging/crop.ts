// Boxes of voxels: where something is, and the part of a volume inside.
import type { Geometry, Shape } from '../../contract/geometry.ts'
import { voxelToPoint } from './geometry.ts'
import type { Volume, VoxelArray } from './volume.ts'

/** First voxel [k, j, i] and extent in voxels. */
export interface Box {
  readonly start: readonly [number, number, number]
  readonly shape: Shape
}

export const wholeBox = (shape: Shape): Box => ({ start: [0, 0, 0], shape })

/** The smallest box around all voxels that are not zero (NaN counts as zero), or null without any. */
export function nonZeroBox(data: VoxelArray, shape: Shape): Box | null {
  const [depth, height, width] = shape
  const low = [depth, height, width]
  const high = [-1, -1, -1]
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++, at += width) {
      let first = 0
      while (first < width && !data[at + first]) first++
      if (first === width) continue
      let last = width - 1
      while (!data[at + last]) last--
      low[0] = Math.min(low[0], k)
      high[0] = k
      low[1] = Math.min(low[1], j)
      high[1] = Math.max(high[1], j)
      low[2] = Math.min(low[2], first)
      high[2] = Math.max(high[2], last)
    }
  }
  return high[0] < 0 ? null : boxBetween(low, high)
}

/** @param low,high first and last voxel, both inside */
export const boxBetween = (low: readonly number[], high: readonly number[]): Box => ({
  start: [low[0], low[1], low[2]],
  shape: [high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1],
})

/** The smallest box around two. */
export function uniteBoxes(a: Box, b: Box): Box {
  const last = (box: Box) => box.start.map((start, axis) => start + box.shape[axis] - 1)
  return boxBetween(
    a.start.map((start, axis) => Math.min(start, b.start[axis])),
    last(a).map((end, axis) => Math.max(end, last(b)[axis])),
  )
}

/** A box grown by a margin (voxels an axis) on both sides, within the shape. */
export function growBox(box: Box, margin: readonly number[], shape: Shape): Box {
  return boxBetween(
    box.start.map((start, axis) => Math.max(0, start - margin[axis])),
    box.start.map((start, axis) => Math.min(shape[axis] - 1, start + box.shape[axis] - 1 + margin[axis])),
  )
}

export const cropGeometry = (geometry: Geometry, box: Box): Geometry => ({
  ...geometry,
  shape: box.shape,
  origin: voxelToPoint(geometry, box.start),
})

/** The voxels inside a box (which must lie within the volume), at their places. Shares the data of a whole box. */
export function cropVolume<T extends VoxelArray>(volume: Volume<T>, box: Box): Volume<T> {
  const [, height, width] = volume.geometry.shape
  if (box.shape.every((size, axis) => size === volume.geometry.shape[axis])) return volume
  const [depth, rows, columns] = box.shape
  const data = new (volume.data.constructor as new (length: number) => T)(depth * rows * columns)
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < rows; j++) {
      const from = ((box.start[0] + k) * height + box.start[1] + j) * width + box.start[2]
      data.set(volume.data.subarray(from, from + columns), (k * rows + j) * columns)
    }
  }
  return { data, geometry: cropGeometry(volume.geometry, box) }
}
