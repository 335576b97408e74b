// From the preprocessed grid back to the image's: every voxel takes the code of the nearest one, 0 outside.
import type { Geometry } from '../../../contract/geometry.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { pointToVoxel, sameDirection, voxelToPoint } from '../../../trainer/imaging/geometry.ts'
import { voxelCount, type Volume } from '../../../trainer/imaging/volume.ts'

/**
 * @param volume codes on a grid with the axis directions of `to`
 * @throws OrganMosaicError `internal` for other directions
 */
export function restoreNearest({ data, geometry }: Volume<Uint8Array>, to: Geometry): Uint8Array {
  if (!sameDirection(geometry.direction, to.direction)) {
    throw new OrganMosaicError('internal', 'Codes can only be restored between grids of equal axis directions.')
  }
  const first = pointToVoxel(geometry, voxelToPoint(to, [0, 0, 0]))
  const [z, y, x] = [0, 1, 2].map((axis) => nearestIndices(geometry, to, axis, first[axis]))
  const [, height, width] = geometry.shape
  const restored = new Uint8Array(voxelCount(to.shape))
  let at = 0
  for (const k of z) {
    for (const j of y) {
      const row = (k * height + j) * width
      if (k < 0 || j < 0) at += x.length
      else for (const i of x) restored[at++] = i < 0 ? 0 : data[row + i]
    }
  }
  return restored
}

/** Source index of every output index along an axis; -1 outside. */
function nearestIndices(from: Geometry, to: Geometry, axis: number, first: number): Int32Array {
  const step = to.spacingMm[axis] / from.spacingMm[axis]
  return Int32Array.from({ length: to.shape[axis] }, (_, n) => {
    const nearest = Math.round(first + n * step)
    return nearest >= 0 && nearest < from.shape[axis] ? nearest : -1
  })
}
