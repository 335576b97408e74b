// The plan of a study: one spacing, patch, network depth and normalisation for all its cases, each with its reason.
import type { Case } from '../../../contract/case.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry, Shape } from '../../../contract/geometry.ts'
import type { JobDataset } from '../../../contract/job.ts'
import type { Normalisation, Plan } from '../../../contract/plan.ts'
import type { RunConfig } from '../../../contract/run-config.ts'
import { canonicalTransform, reorientGeometry } from '../canonical.ts'
import { autoPatch, givenPatch, kernelsFor, strideProduct, type Kernel } from './patch-shape.ts'
import { medianExtent, planSpacing, shapeAt, thickAxisOf, voxels } from './plan-spacing.ts'

/**
 * @param datasets what the job trains on; cases without a geometry do not count
 * @throws OrganMosaicError invalid-data without any case, invalid-config for a patch or spacing that cannot be used
 */
export function derivePlan(datasets: readonly JobDataset[], config: RunConfig): Plan {
  const gridsOf = datasets.map(({ cases }) =>
    cases.flatMap(({ geometry }) => (geometry ? [canonicalGrid(geometry)] : [])),
  )
  const grids = gridsOf.flat()
  if (grids.length === 0) {
    throw new OrganMosaicError(
      'invalid-data',
      'No case with a readable image is left to plan with; register one first.',
    )
  }
  const { spacingMm, reason: spacingReason } = planSpacing(grids, config)
  const medianShape = shapeAt(medianExtent(grids), spacingMm)
  const commonShape = shapeAt(commonExtent(gridsOf), spacingMm)
  const { levels, baseChannels, maxChannels } = config.network
  const { patch, strides } =
    config.plan.patch === 'auto'
      ? autoPatch(commonShape, spacingMm, config.plan.maxPatchVoxels, levels)
      : givenPatch(config.plan.patch, spacingMm, levels)
  const channels = strides.map((_, level) => Math.min(maxChannels, baseChannels * 2 ** level))
  const kernels =
    config.network.kernels === 'auto' ? kernelsFor(strides, spacingMm) : strides.map((): Kernel => [3, 3, 3])
  const thickAxis = config.plan.thickSlices === 'auto' ? thickAxisOf(spacingMm) : null
  const normalised = datasets[0].channels.map((_, channel) => planNormalisation(datasets, channel))
  return {
    spacingMm,
    patch,
    channels,
    strides,
    kernels,
    ...(thickAxis === null ? {} : { thickAxis }),
    normalisations: normalised.map(({ normalisation }) => normalisation),
    cropToBody: config.plan.cropToBody,
    medianShape,
    reasons: [
      spacingReason,
      patchReason(patch, medianShape, commonShape, config),
      `Network: ${strides.length} resolutions with ${channels.join(', ')} channels; the patch is halved to ` +
        `${patch.map((size, axis) => size / strideProduct(strides)[axis]).join(' x ')} voxels at the lowest.`,
      ...anisotropyReasons(kernels, thickAxis),
      ...normalised.map(({ reason }) => reason),
      config.plan.cropToBody
        ? 'Images are cropped to the body and all labelled voxels.'
        : 'Images are kept whole (plan.cropToBody is off).',
    ],
  }
}

const AXES = ['depth', 'height', 'width'] as const

function anisotropyReasons(kernels: readonly Kernel[], thickAxis: 0 | 1 | 2 | null): string[] {
  const flat = kernels.filter((kernel) => kernel.includes(1)).map((kernel) => kernel.join(' x '))
  return [
    ...(flat.length > 0
      ? [
          `Kernels ${flat.join(', ')} at the first ${flat.length} resolutions, 3 x 3 x 3 below: voxels are too long for more.`,
        ]
      : []),
    ...(thickAxis === null
      ? []
      : [`Slices along the ${AXES[thickAxis]} are thick: they are taken whole, not interpolated (plan.thickSlices).`]),
  ]
}

/** Middle of the soft tissues, and how far from it contrast stays about linear. */
const SOFT_TISSUE_HU = 40
const CONTRAST_HU = 80

const canonicalGrid = (geometry: Geometry) => reorientGeometry(geometry, canonicalTransform(geometry))

const perAxis = <T>(value: (axis: 0 | 1 | 2) => T): [T, T, T] => [value(0), value(1), value(2)]

/**
 * What the median case of every dataset covers, [depth, height, width] in mm. A longer patch would be padded in the
 * scans of one dataset and not in the others', and its model would fail wherever there is no padding.
 */
const commonExtent = (gridsOf: readonly (readonly Geometry[])[]) => {
  const extents = gridsOf.filter((grids) => grids.length > 0).map(medianExtent)
  return perAxis((axis) => Math.min(...extents.map((extent) => extent[axis])))
}

function patchReason(patch: Shape, medianShape: Shape, commonShape: Shape, config: RunConfig): string {
  const share = Math.min(1, voxels(patch) / voxels(medianShape))
  const of = `${(100 * share).toFixed(0)} % of the median case of ${medianShape.join(' x ')}`
  const within = commonShape.some((size, axis) => size < medianShape[axis])
    ? `, within the ${commonShape.join(' x ')} that the median case of every dataset covers`
    : ''
  return config.plan.patch === 'auto'
    ? `Patch ${patch.join(' x ')} = ${voxels(patch)} voxels (plan.maxPatchVoxels ${config.plan.maxPatchVoxels}), ${of}${within}.`
    : `Patch ${patch.join(' x ')} voxels as configured, ${of}.`
}

/** Each channel on its own, as nnU-Net does: a CT by its numbers, beside an MR by volume. */
function planNormalisation(
  datasets: readonly JobDataset[],
  channel: number,
): { normalisation: Normalisation; reason: string } {
  const { name } = datasets[0].channels[channel]
  const of = datasets[0].channels.length > 1 ? `Channel ${name}: ` : ''
  const perVolume = (why: string) => ({
    normalisation: { kind: 'per-volume' as const },
    reason: `${of}Normalisation per volume: ${why}.`,
  })
  const modalities = [...new Set(datasets.map((dataset) => dataset.channels[channel].modality))]
  if (modalities.some((modality) => modality !== 'CT')) return perVolume(`the modality is ${modalities.join(' and ')}`)
  const pools = datasets.flatMap((dataset) => pooledForeground(dataset.cases, channel) ?? [])
  if (pools.length === 0) return perVolume('no labelled voxel gives CT percentiles')
  // datasets label different organs: the widest range keeps the contrast of each
  const low = Math.min(...pools.map((pool) => pool.low))
  const high = Math.max(...pools.map((pool) => pool.high))
  const round = (value: number) => Number(value.toFixed(3))
  return {
    normalisation: { kind: 'ct', low: round(low), high: round(high), centre: SOFT_TISSUE_HU, knee: CONTRAST_HU },
    reason:
      `${of}CT normalisation: clip to ${low.toFixed(0)} .. ${high.toFixed(0)} HU (0.5 and 99.5 percentile of the labelled voxels, ` +
      `the widest of ${pools.length} datasets), then asinh((HU - ${SOFT_TISSUE_HU}) / ${CONTRAST_HU}).`,
  }
}

/** Percentiles of a dataset's labelled voxels, averaged over its cases, weighted by their voxels. */
function pooledForeground(cases: readonly Case[], channel: number): { low: number; high: number } | null {
  const groups = cases.flatMap((entry) => {
    const foreground = entry.intensities[channel]?.foreground
    return foreground && foreground.voxels > 0 ? [foreground] : []
  })
  if (groups.length === 0) return null
  const total = groups.reduce((sum, group) => sum + group.voxels, 0)
  const weighted = (value: (group: (typeof groups)[number]) => number) =>
    groups.reduce((sum, group) => sum + (group.voxels / total) * value(group), 0)
  return { low: weighted((group) => group.p005), high: weighted((group) => group.p995) }
}
