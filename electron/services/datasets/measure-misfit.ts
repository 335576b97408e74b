// A label that does not lie on its image: which repairs are within reason, the likelier first. The better one puts the
// borders of the label where the image changes.
import type { Misfit } from '../../../contract/dataset.ts'
import { LabelRepairSchema, type LabelRepair } from '../../../contract/label-treatment.ts'
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
  const scored = candidates
    .map((repair) => ({ repair, score: scoreOf(image, label, repair, path) }))
    .filter((each): each is { repair: LabelRepair; score: number } => each.score !== null)
    .sort((a, b) => b.score - a.score)
  return {
    path,
    geometry: label.geometry,
    differenceMm: sameShape ? differenceMm : null,
    repairs: scored.map(({ repair }) => repair),
  }
}

/** null where too little of the label would be left. */
function scoreOf(image: Volume, label: Volume, repair: LabelRepair, path: string): number | null {
  const placed = repairGrid(label, image.geometry, repair, path)
  const before = foreground(label.data) * voxelMm3(label)
  const after = foreground(placed.data) * voxelMm3(image)
  if (repair === 'resample' && after < LEAST_INSIDE * before) return null
  return contrastAtBorders(image.data, placed)
}

/** Mean difference of the image across the borders of a label, along all three axes. */
function contrastAtBorders(image: VoxelArray, { data, geometry }: Volume): number {
  const [depth, height, width] = geometry.shape
  let sum = 0
  let borders = 0
  const compare = (at: number, next: number): void => {
    if ((data[at] !== 0) === (data[next] !== 0)) return
    const difference = Math.abs(image[at] - image[next])
    if (Number.isFinite(difference)) sum += difference
    borders++
  }
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, at++) {
        if (i + 1 < width) compare(at, at + 1)
        if (j + 1 < height) compare(at, at + width)
        if (k + 1 < depth) compare(at, at + width * height)
      }
    }
  }
  return borders === 0 ? 0 : sum / borders
}

function foreground(data: VoxelArray): number {
  let voxels = 0
  for (let at = 0; at < data.length; at++) if (Math.round(data[at]) !== 0) voxels++
  return voxels
}

const voxelMm3 = ({ geometry }: Volume): number => geometry.spacingMm.reduce((product, mm) => product * mm, 1)
