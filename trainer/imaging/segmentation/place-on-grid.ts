// A label that covers a part of its image, or lies in another axis order, copied voxel by voxel onto the image's grid.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { filledBlocks } from '../filled-blocks.ts'
import { pointToVoxel, voxelToPoint, type Voxel } from '../geometry.ts'
import { voxelCount, type Volume } from '../volume.ts'
import type { Painted } from './segmentation.ts'

/** Share of a voxel that a voxel of the label may lie beside one of the image. */
const TOLERANCE = 0.1

/** @throws OrganMosaicError invalid-data when the voxels of both do not coincide */
export function placeOnGrid(label: Volume<Uint8Array>, grid: Geometry, path: string): Painted {
  const data = new Uint8Array(voxelCount(grid.shape))
  const outside = placeInto(data, label, grid, path)
  const lost = `${path}: ${outside} voxels of the label lie outside its image; left out`
  return { volume: { data, geometry: grid }, oddities: outside > 0 ? [lost] : [] }
}

/**
 * @param target [depth, height, width] of the grid; only voxels that the label marks are written
 * @returns marked voxels that lie outside the grid
 */
export function placeInto(target: Uint8Array, label: Volume<Uint8Array>, grid: Geometry, path: string): number {
  const [, height, width] = label.geometry.shape
  const at = (voxel: Voxel): Voxel => pointToVoxel(grid, voxelToPoint(label.geometry, voxel))
  const first = at([0, 0, 0])
  const step = (voxel: Voxel): number[] => at(voxel).map((value, axis) => Math.round(value - first[axis]))
  const [alongK, alongJ, alongI] = [step([1, 0, 0]), step([0, 1, 0]), step([0, 0, 1])]
  const placed = (k: number, j: number, i: number): number[] =>
    first.map((value, axis) => Math.round(value) + k * alongK[axis] + j * alongJ[axis] + i * alongI[axis])
  const off = corners(label.geometry).map(([k, j, i]) => {
    const [found, wanted] = [at([k, j, i]), placed(k, j, i)]
    return Math.max(...found.map((value, axis) => Math.abs(value - wanted[axis])))
  })
  if (Math.max(...off) > TOLERANCE) throw misfit(label.geometry, grid, Math.max(...off), path)
  const [slices, rows, columns] = grid.shape
  const [z0, y0, x0] = first.map(Math.round)
  let outside = 0
  for (const [from, to] of filledBlocks(label.data)) {
    for (let voxel = from; voxel < to; voxel++) {
      if (label.data[voxel] === 0) continue
      const i = voxel % width
      const j = ((voxel - i) / width) % height
      const k = Math.floor(voxel / (width * height))
      const z = z0 + k * alongK[0] + j * alongJ[0] + i * alongI[0]
      const y = y0 + k * alongK[1] + j * alongJ[1] + i * alongI[1]
      const x = x0 + k * alongK[2] + j * alongJ[2] + i * alongI[2]
      if (z < 0 || y < 0 || x < 0 || z >= slices || y >= rows || x >= columns) outside++
      else target[(z * rows + y) * columns + x] = label.data[voxel]
    }
  }
  return outside
}

function corners({ shape }: Geometry): Voxel[] {
  const ends = shape.map((size) => [0, size - 1])
  return ends[0].flatMap((k) => ends[1].flatMap((j) => ends[2].map((i): Voxel => [k, j, i])))
}

function misfit(label: Geometry, image: Geometry, off: number, path: string): OrganMosaicError {
  const list = ({ shape, spacingMm }: Geometry): string =>
    `${shape.join(' x ')} voxels of ${spacingMm.map((mm) => Number(mm.toFixed(3))).join(' x ')} mm`
  return new OrganMosaicError(
    'invalid-data',
    `${path} does not lie on the voxels of its image: ${list(label)} against ${list(image)}, up to ${off.toFixed(2)} voxels beside. ` +
      'Export the segmentation on the grid of the image, or exclude the case.',
    { details: { finding: 'geometry-mismatch' } },
  )
}
