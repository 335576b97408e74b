// The spacing that all cases are brought to: the median, finer across thick slices, coarser where cases are large.
import type { Geometry, Shape, Spacing } from '../../../contract/geometry.ts'
import type { RunConfig } from '../../../contract/run-config.ts'
import { percentiles } from '../statistics.ts'

/** From here on an axis is one of thick slices: its voxels are so many times as long as those of the others. */
const THICK = 3
/** Of such an axis, this percentile of the cases instead of the median: at the median, most cases would lose slices. */
const THICK_PERCENTILE = 0.1

const perAxis = <T>(value: (axis: 0 | 1 | 2) => T): [T, T, T] => [value(0), value(1), value(2)]

export const median = (values: readonly number[]): number => percentiles(Float64Array.from(values), [0.5])[0]

/** [depth, height, width] in mm */
export const medianExtent = (grids: readonly Geometry[]): Spacing =>
  perAxis((axis) => median(grids.map((grid) => grid.shape[axis] * grid.spacingMm[axis])))

export const shapeAt = (extent: readonly number[], spacing: Spacing): Shape =>
  perAxis((axis) => Math.max(1, Math.round(extent[axis] / spacing[axis])))

export const voxels = (shape: readonly number[]): number => shape[0] * shape[1] * shape[2]

const listMm = (spacing: readonly number[]) => spacing.map((mm) => Number(mm.toFixed(2))).join(' x ')

/** The axis whose voxels are more than three times as long as those of both others; null where there is none. */
export function thickAxisOf(spacingMm: Spacing): 0 | 1 | 2 | null {
  const axis = ([0, 1, 2] as const).reduce((longest, each) => (spacingMm[each] > spacingMm[longest] ? each : longest))
  const others = spacingMm.filter((_, each) => each !== axis)
  return spacingMm[axis] > THICK * Math.max(...others) ? axis : null
}

export function planSpacing(grids: readonly Geometry[], config: RunConfig): { spacingMm: Spacing; reason: string } {
  if (config.plan.spacingMm !== 'auto') {
    const spacingMm = config.plan.spacingMm
    return { spacingMm, reason: `Spacing ${listMm(spacingMm)} mm as configured.` }
  }
  const { own, name } = typicalSpacing(grids)
  const extent = medianExtent(grids)
  const limit = config.plan.maxMedianVoxels
  const spacingMm = coarsen(own, extent, limit)
  const size = shapeAt(extent, own)
  const reason = spacingMm.every((mm, axis) => mm === own[axis])
    ? `Spacing ${listMm(own)} mm, ${name} of ${grids.length} cases; the median case then has ${size.join(' x ')} voxels.`
    : `Spacing ${listMm(spacingMm)} mm instead of ${name} ${listMm(own)} mm of ${grids.length} cases, whose median ` +
      `case of ${size.join(' x ')} = ${voxels(size)} voxels exceeds plan.maxMedianVoxels ${limit}.`
  return { spacingMm, reason }
}

/** As nnU-Net v2 plans it: the median of each axis; of one with thick and few slices the 10th percentile. */
function typicalSpacing(grids: readonly Geometry[]): { own: Spacing; name: string } {
  const middle = perAxis((axis) => median(grids.map((grid) => grid.spacingMm[axis])))
  const axis = thickAxisOf(middle)
  const size = perAxis((each) => median(grids.map((grid) => grid.shape[each])))
  const hasFew = axis !== null && size.every((length, other) => other === axis || THICK * size[axis] < length)
  if (axis === null || !hasFew) return { own: middle, name: 'the median' }
  const across = grids.map((grid) => grid.spacingMm[axis])
  const fine = percentiles(Float64Array.from(across), [THICK_PERCENTILE])[0]
  const others = Math.max(...middle.filter((_, other) => other !== axis))
  const own = perAxis((each) => (each === axis ? Math.max(fine, others) : middle[each]))
  return { own, name: 'the median (across the thick slices: the 10th percentile)' }
}

/** The finest axes grow first, until all are equal, then all together: detail is given up where there is most. */
function coarsen(own: Spacing, extent: readonly number[], limit: number): Spacing {
  const at = (floor: number): Spacing => perAxis((axis) => Math.max(own[axis], floor))
  const fits = (floor: number) => voxels(shapeAt(extent, at(floor))) <= limit
  let low = 0
  let high = Math.max(...own, ...extent)
  if (fits(low)) return own
  while (high - low > 0.005) {
    const middle = (low + high) / 2
    if (fits(middle)) high = middle
    else low = middle
  }
  // hundredths of a millimetre, rounded up so that the limit holds
  return perAxis((axis) => (own[axis] >= high ? own[axis] : Math.ceil(high * 100) / 100))
}
