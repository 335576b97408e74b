// The surface of a mask as voxels: those that a 6-neighbour erosion removes. Tensor-free.
import type { Shape } from '../../contract/geometry.ts'

/**
 * 1 where a mask voxel has a face neighbour outside the mask. What lies beyond the image counts as outside, so a
 * structure cut by the field of view has a surface there.
 * @param mask [depth, height, width], non-zero = inside
 */
export function surfaceOf(mask: Uint8Array, shape: Shape): Uint8Array {
  const [depth, height, width] = shape
  const slice = height * width
  const surface = new Uint8Array(mask.length)
  let voxel = 0
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      const onFace = k === 0 || k === depth - 1 || j === 0 || j === height - 1
      for (let i = 0; i < width; i++, voxel++) {
        if (!mask[voxel]) continue
        const inside =
          !onFace &&
          i > 0 &&
          i < width - 1 &&
          mask[voxel - 1] &&
          mask[voxel + 1] &&
          mask[voxel - width] &&
          mask[voxel + width] &&
          mask[voxel - slice] &&
          mask[voxel + slice]
        if (!inside) surface[voxel] = 1
      }
    }
  }
  return surface
}

/** Smallest box around the voxels where either mask is set: first and one-past-last index an axis; null without any. */
export function jointBox(a: Uint8Array, b: Uint8Array, shape: Shape): { start: Shape; end: Shape } | null {
  const [depth, height, width] = shape
  const start: Shape = [depth, height, width]
  const end: Shape = [0, 0, 0]
  let voxel = 0
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, voxel++) {
        if (!a[voxel] && !b[voxel]) continue
        if (k < start[0]) start[0] = k
        if (j < start[1]) start[1] = j
        if (i < start[2]) start[2] = i
        if (k >= end[0]) end[0] = k + 1
        if (j >= end[1]) end[1] = j + 1
        if (i >= end[2]) end[2] = i + 1
      }
    }
  }
  return end[0] === 0 ? null : { start, end }
}

/** The part of a mask inside a box, as a mask of its own. */
export function cropMask(mask: Uint8Array, shape: Shape, box: { start: Shape; end: Shape }): Uint8Array {
  const [, height, width] = shape
  const { start, end } = box
  const rowLength = end[2] - start[2]
  const cropped = new Uint8Array((end[0] - start[0]) * (end[1] - start[1]) * rowLength)
  let target = 0
  for (let k = start[0]; k < end[0]; k++) {
    for (let j = start[1]; j < end[1]; j++, target += rowLength) {
      const row = (k * height + j) * width
      cropped.set(mask.subarray(row + start[2], row + end[2]), target)
    }
  }
  return cropped
}
