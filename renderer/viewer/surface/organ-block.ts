// The voxels around one organ, alone: small enough to hand to a worker, with a rim so that its surface is closed.
import type { Shape } from '../../../contract/geometry.ts'
import type { StoredArray, Voxel } from '../volume.ts'

export interface OrganBlock {
  /** 255 inside, [depth, height, width] */
  readonly mask: Uint8Array
  readonly shape: Shape
  /** The volume's voxel of the block's first one; may lie outside by the rim. */
  readonly first: Voxel
  /** Voxels of the volume a voxel of the block, along each axis. */
  readonly step: number
}

/** Larger organs are taken at half the resolution, and so on: a screen shows no more. */
const MOST_VOXELS = 3_000_000
const RIM = 2

/** @param first,last corners of the box around the organ, inside */
export function cutOrgan(data: StoredArray, shape: Shape, value: number, first: Voxel, last: Voxel): OrganBlock {
  const extent = [0, 1, 2].map((axis) => last[axis] - first[axis] + 1)
  const step = Math.max(1, Math.ceil(Math.cbrt((extent[0] * extent[1] * extent[2]) / MOST_VOXELS)))
  const size = (axis: number): number => Math.ceil(extent[axis] / step) + 2 * RIM
  const blockShape: Shape = [size(0), size(1), size(2)]
  const start: Voxel = [first[0] - RIM * step, first[1] - RIM * step, first[2] - RIM * step]
  const mask = new Uint8Array(blockShape[0] * blockShape[1] * blockShape[2])
  const [, height, width] = shape
  for (let k = RIM; k < blockShape[0] - RIM; k++) {
    for (let j = RIM; j < blockShape[1] - RIM; j++) {
      const row = ((start[0] + k * step) * height + start[1] + j * step) * width + start[2]
      const to = (k * blockShape[1] + j) * blockShape[2]
      for (let i = RIM; i < blockShape[2] - RIM; i++) if (data[row + i * step] === value) mask[to + i] = 255
    }
  }
  return { mask, shape: blockShape, first: start, step }
}

/** [1 2 1] / 4 along every axis: takes the stairs of the voxels off, and moves the surface by less than half of one. */
export function smooth(mask: Uint8Array, [depth, height, width]: Shape): Uint8Array {
  let from = mask
  for (const [stride, count] of [
    [1, width],
    [width, height],
    [height * width, depth],
  ] as const) {
    const to = new Uint8Array(from.length)
    for (let at = 0; at < from.length; at++) {
      const place = Math.floor(at / stride) % count
      if (place === 0 || place === count - 1) continue
      to[at] = (from[at - stride] + 2 * from[at] + from[at + stride] + 2) >> 2
    }
    from = to
  }
  return from
}
