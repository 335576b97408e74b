// A label that does not lie on its image: which repairs are within reason. Which of them is right is for a person to see:
// how sharply the image changes at the borders of a label was tried, and preferred labels that reach across the skin.
import type { Misfit } from '../../../contract/case.ts'
import { LabelRepairSchema } from '../../../contract/label-treatment.ts'
import { compareGeometry } from '../../../trainer/imaging/geometry.ts'
import { repairGrid } from '../../../trainer/imaging/treated/repair-grid.ts'
import type { Volume, VoxelArray } from '../../../trainer/imaging/volume.ts'

/** A label that lies outside of its image with more of itself than this belongs to another image. */
const LEAST_INSIDE = 0.5

/** @param label as its file says, on a grid of its own */
export function measureMisfit(image: Volume, label: Volume, path: string): Misfit {
  const { differenceMm } = compareGeometry(image.geometry, label.geometry, 0)
  const sameShape = Number.isFinite(differenceMm)
  const candidates = LabelRepairSchema.options.filter((repair) => repair !== 'image-grid' || sameShape)
  return {
    path,
    geometry: label.geometry,
    differenceMm: sameShape ? differenceMm : null,
    repairs: candidates.filter((repair) => repair === 'image-grid' || liesInside(image, label, path)),
  }
}

function liesInside(image: Volume, label: Volume, path: string): boolean {
  const placed = repairGrid(label, image.geometry, 'resample', path)
  const before = foreground(label.data) * voxelMm3(label)
  return foreground(placed.data) * voxelMm3(image) >= LEAST_INSIDE * before
}

function foreground(data: VoxelArray): number {
  let voxels = 0
  for (let at = 0; at < data.length; at++) if (Math.round(data[at]) !== 0) voxels++
  return voxels
}

const voxelMm3 = ({ geometry }: Volume): number => geometry.spacingMm.reduce((product, mm) => product * mm, 1)
