// Scores of one organ in one case: Dice, HD95, average symmetric surface distance and surface Dice, in mm.
// Conventions and how they compare with other tools: docs/reference/metrics.md. Tensor-free.
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import type { OrganScore } from '../../contract/report.ts'
import { voxelCount } from '../imaging/volume.ts'
import { squaredDistancesMm } from '../imaging/edt.ts'
import { cropMask, jointBox, surfaceOf } from './surface.ts'

export interface ScoreOptions {
  /** Surface voxels at most so far from the other surface agree. */
  nsdToleranceMm: number
  /** Non-zero where a voxel may be scored; both masks are cleared elsewhere. Default: everywhere. */
  evaluable?: Uint8Array
}

/** An OrganScore before it is told which case and organ it belongs to. */
export type Score = Omit<OrganScore, 'caseId' | 'organ'>

/**
 * Compares two masks [depth, height, width] (non-zero = organ) on one grid.
 * HD95 is the larger of the two directed 95th percentiles; ASSD and NSD pool both surfaces.
 * @throws OrganMosaicError invalid-data when a mask does not have the voxels of `shape`
 */
export function scoreOrgan(
  prediction: Uint8Array,
  truth: Uint8Array,
  shape: Shape,
  spacingMm: Spacing,
  { nsdToleranceMm, evaluable }: ScoreOptions,
): Score {
  checkSize('prediction', prediction, shape)
  checkSize('truth', truth, shape)
  if (evaluable) checkSize('evaluable', evaluable, shape)

  const evaluatedShare = evaluable ? shareOfUnion(prediction, truth, evaluable) : 1
  const scoredPrediction = evaluable ? intersect(prediction, evaluable) : prediction
  const scoredTruth = evaluable ? intersect(truth, evaluable) : truth
  const counts = countVoxels(scoredPrediction, scoredTruth)
  const common = { truthVoxels: counts.truth, predictedVoxels: counts.predicted, evaluatedShare }

  if (counts.truth === 0 && counts.predicted === 0) {
    return { status: 'both-empty', dice: 1, hd95Mm: null, assdMm: null, nsd: null, ...common }
  }
  if (counts.truth === 0 || counts.predicted === 0) {
    const status = counts.predicted === 0 ? 'missed' : 'invented'
    return { status, dice: 0, hd95Mm: null, assdMm: null, nsd: 0, ...common }
  }
  const dice = (2 * counts.common) / (counts.truth + counts.predicted)
  const surfaces = compareSurfaces(scoredPrediction, scoredTruth, shape, spacingMm, nsdToleranceMm)
  return { status: 'scored', dice, ...surfaces, ...common }
}

/** The score of an organ that nobody labelled in this case: never 0, never NaN. */
export function notEvaluable(predictedVoxels: number): Score {
  const none = { dice: null, hd95Mm: null, assdMm: null, nsd: null, truthVoxels: null }
  return { status: 'not-evaluable', ...none, predictedVoxels, evaluatedShare: 1 }
}

/** Both masks have voxels. Cropping to their joint box changes nothing: both surfaces lie inside it. */
function compareSurfaces(a: Uint8Array, b: Uint8Array, shape: Shape, spacingMm: Spacing, toleranceMm: number) {
  const box = jointBox(a, b, shape)
  if (!box) throw new OrganMosaicError('internal', 'compareSurfaces expects masks with voxels, got two empty ones')
  const size: Shape = [box.end[0] - box.start[0], box.end[1] - box.start[1], box.end[2] - box.start[2]]
  const surfaceA = surfaceOf(cropMask(a, shape, box), size)
  const surfaceB = surfaceOf(cropMask(b, shape, box), size)
  const fromA = distancesBetween(surfaceA, surfaceB, size, spacingMm)
  const fromB = distancesBetween(surfaceB, surfaceA, size, spacingMm)

  const surfaceVoxels = fromA.length + fromB.length
  return {
    hd95Mm: Math.max(percentileOfSorted(fromA, 95), percentileOfSorted(fromB, 95)),
    assdMm: (sum(fromA) + sum(fromB)) / surfaceVoxels,
    nsd: (countUpTo(fromA, toleranceMm) + countUpTo(fromB, toleranceMm)) / surfaceVoxels,
  }
}

/** The distance in mm of each voxel of one surface to the nearest of the other, ascending. */
function distancesBetween(from: Uint8Array, to: Uint8Array, shape: Shape, spacingMm: Spacing): Float64Array {
  const squared = squaredDistancesMm(to, shape, spacingMm)
  const distances: number[] = []
  for (let voxel = 0; voxel < from.length; voxel++) if (from[voxel]) distances.push(Math.sqrt(squared[voxel]))
  return Float64Array.from(distances).sort()
}

/** Linear interpolation between order statistics, as numpy.percentile does by default. */
function percentileOfSorted(sorted: Float64Array, percent: number): number {
  const rank = ((sorted.length - 1) * percent) / 100
  const below = Math.floor(rank)
  const above = Math.ceil(rank)
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below)
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** A distance that equals the tolerance but for rounding still agrees. */
function countUpTo(sorted: Float64Array, limit: number): number {
  const firstBeyond = sorted.findIndex((value) => value > limit + 1e-9)
  return firstBeyond < 0 ? sorted.length : firstBeyond
}

function checkSize(name: string, mask: Uint8Array, shape: Shape): void {
  if (mask.length === voxelCount(shape)) return
  throw new OrganMosaicError(
    'invalid-data',
    `scoreOrgan expected the ${name} mask to have ${voxelCount(shape)} voxels for shape [${shape.join(', ')}], got ` +
      `${mask.length}; bring both masks to the grid of the original image first.`,
  )
}

function intersect(mask: Uint8Array, evaluable: Uint8Array): Uint8Array {
  return mask.map((value, voxel) => (value && evaluable[voxel] ? 1 : 0))
}

/** Share of the voxels of prediction or truth that may be scored; 1 when both are empty. */
function shareOfUnion(prediction: Uint8Array, truth: Uint8Array, evaluable: Uint8Array): number {
  let union = 0
  let scored = 0
  for (let voxel = 0; voxel < truth.length; voxel++) {
    if (!prediction[voxel] && !truth[voxel]) continue
    union++
    if (evaluable[voxel]) scored++
  }
  return union === 0 ? 1 : scored / union
}

function countVoxels(a: Uint8Array, b: Uint8Array): { predicted: number; truth: number; common: number } {
  const counts = { predicted: 0, truth: 0, common: 0 }
  for (let voxel = 0; voxel < a.length; voxel++) {
    if (a[voxel]) counts.predicted++
    if (b[voxel]) counts.truth++
    if (a[voxel] && b[voxel]) counts.common++
  }
  return counts
}
