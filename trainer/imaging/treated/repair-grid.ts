// A label brought onto the grid of an image that it does not lie on: voxel for voxel, or resampled to where its own
// header says it is. Nearest neighbour, because labels are names and not amounts.
import type { Geometry } from '../../../contract/geometry.ts'
import type { LabelRepair } from '../../../contract/label-treatment.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { pointToVoxel, voxelToPoint, type Voxel } from '../geometry.ts'
import { voxelCount, type Volume, type VoxelArray } from '../volume.ts'

/** @throws OrganMosaicError invalid-data for another number of voxels where they are to be taken one for one */
export function repairGrid<T extends VoxelArray>(
  label: Volume<T>,
  grid: Geometry,
  repair: LabelRepair,
  path: string,
): Volume<T> {
  if (repair === 'resample') return resampleNearest(label, grid)
  if (label.data.length === voxelCount(grid.shape) && label.geometry.shape.every((n, axis) => n === grid.shape[axis])) {
    return { data: label.data, geometry: grid }
  }
  throw new OrganMosaicError(
    'invalid-data',
    `${path} has ${label.geometry.shape.join(' x ')} voxels and its image ${grid.shape.join(' x ')}: they cannot be taken voxel for voxel. Resample it instead.`,
  )
}

/** What lies outside of the label is background. */
export function resampleNearest<T extends VoxelArray>(label: Volume<T>, grid: Geometry): Volume<T> {
  const data = new (label.data.constructor as new (length: number) => T)(voxelCount(grid.shape))
  const at = (voxel: Voxel): number[] => pointToVoxel(label.geometry, voxelToPoint(grid, voxel))
  // Positions are affine in the indices: three steps and a start say them all.
  const start = at([0, 0, 0])
  const along = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  ).map((unit) => at(unit).map((value, n) => value - start[n]))
  const [depth, height, width] = grid.shape
  const [slices, rows, columns] = label.geometry.shape
  for (let k = 0, to = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      let [z, y, x] = start.map((value, n) => value + k * along[0][n] + j * along[1][n])
      for (let i = 0; i < width; i++, to++, z += along[2][0], y += along[2][1], x += along[2][2]) {
        const [kk, jj, ii] = [Math.round(z), Math.round(y), Math.round(x)]
        if (kk < 0 || jj < 0 || ii < 0 || kk >= slices || jj >= rows || ii >= columns) continue
        data[to] = label.data[(kk * rows + jj) * columns + ii]
      }
    }
  }
  return { data, geometry: grid }
}
