// Patch size and downsampling of the U-Net, from the size that cases have in common. Part of the plan.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Shape, Spacing } from '../../../contract/geometry.ts'

export type Stride = [number, number, number]
export type Kernel = [number, number, number]

export interface PatchShape {
  readonly patch: Shape
  /** Downsampling before each resolution; the first is [1, 1, 1] */
  readonly strides: Stride[]
}

const MAX_LEVELS = 6
const MIN_AXIS = 8
/** An axis is halved only where its voxels are at most this much longer than the shortest. */
const MAX_ANISOTROPY = 2

const volume = (shape: readonly number[]) => shape[0] * shape[1] * shape[2]

/**
 * Strides for a patch: each level halves the axes that are long enough (8 voxels or more stay 4 or more) and whose
 * spacing is at most twice the finest of that level. Automatic depth ends where fewer than two axes can be halved.
 */
export function stridesFor(patch: readonly number[], spacingMm: Spacing, levels: number | 'auto'): Stride[] {
  const strides: Stride[] = [[1, 1, 1]]
  const size = [...patch]
  const spacing = [...spacingMm]
  while (strides.length < (levels === 'auto' ? MAX_LEVELS : levels)) {
    const finest = Math.min(...spacing.filter((_, axis) => size[axis] >= MIN_AXIS))
    const halve = (axis: number) => size[axis] >= MIN_AXIS && spacing[axis] <= MAX_ANISOTROPY * finest + 1e-6
    const stride: Stride = [halve(0) ? 2 : 1, halve(1) ? 2 : 1, halve(2) ? 2 : 1]
    const halved = stride.filter((factor) => factor === 2).length
    if (halved === 0 || (levels === 'auto' && halved < 2 && strides.length > 1)) break
    strides.push(stride)
    stride.forEach((factor, axis) => {
      size[axis] /= factor
      spacing[axis] *= factor
    })
  }
  return strides
}

/**
 * Convolution kernels of each resolution: an axis gets 3 once its voxels are less than twice as long as the shortest, and
 * keeps it; before, a convolution across thick slices would mix what lies far apart. The lowest resolution has 3 everywhere.
 */
export function kernelsFor(strides: readonly Stride[], spacingMm: Spacing): Kernel[] {
  const spacing = [...spacingMm]
  const kernel: Kernel = [1, 1, 1]
  return strides.map((stride, level) => {
    stride.forEach((factor, axis) => (spacing[axis] *= factor))
    const finest = Math.min(...spacing)
    spacing.forEach((mm, axis) => {
      if (mm < MAX_ANISOTROPY * finest || level === strides.length - 1) kernel[axis] = 3
    })
    return [...kernel]
  })
}

/** Total downsampling of each axis. */
export const strideProduct = (strides: readonly Stride[]): Shape => [
  strides.reduce((product, stride) => product * stride[0], 1),
  strides.reduce((product, stride) => product * stride[1], 1),
  strides.reduce((product, stride) => product * stride[2], 1),
]

/**
 * The largest patch about in the proportions of a typical case with at most maxVoxels, each axis a multiple of its
 * total stride, at least 8, and no larger than it takes to cover that case.
 * @param typicalShape voxels at spacingMm that the cases of every dataset have
 * @throws OrganMosaicError invalid-config when maxVoxels is too small for any patch
 */
export function autoPatch(
  typicalShape: Shape,
  spacingMm: Spacing,
  maxVoxels: number,
  levels: number | 'auto',
): PatchShape {
  for (let factor = 1; factor > 0.01; factor *= 0.98) {
    const wanted = typicalShape.map((size) => Math.max(MIN_AXIS, Math.floor(size * factor)))
    const strides = stridesFor(wanted, spacingMm, levels)
    const multiples = strideProduct(strides)
    const below = (axis: number) => Math.max(MIN_AXIS, wanted[axis] - (wanted[axis] % multiples[axis]))
    const patch: Shape = [below(0), below(1), below(2)]
    if (volume(wanted) <= maxVoxels && volume(patch) <= maxVoxels && fits(patch, multiples)) {
      return { patch: grow(patch, multiples, typicalShape, maxVoxels), strides }
    }
  }
  throw new OrganMosaicError(
    'invalid-config',
    `plan.maxPatchVoxels ${maxVoxels} is too small for a patch; expected at least ${MIN_AXIS ** 3}.`,
  )
}

/** What rounding down left over goes, one multiple at a time, to the axis that covers the least of the typical case. */
function grow(patch: Shape, multiples: Shape, typicalShape: Shape, maxVoxels: number): Shape {
  const larger = ([0, 1, 2] as const)
    .filter((axis) => patch[axis] < typicalShape[axis])
    .map((axis) => ({
      cover: patch[axis] / typicalShape[axis],
      shape: patch.with(axis, patch[axis] + multiples[axis]),
    }))
    .filter(({ shape }) => volume(shape) <= maxVoxels)
    .sort((a, b) => a.cover - b.cover)[0]
  if (!larger) return patch
  const [depth, height, width] = larger.shape
  return grow([depth, height, width], multiples, typicalShape, maxVoxels)
}

const fits = (patch: Shape, multiples: Shape) => patch.every((size, axis) => size % multiples[axis] === 0)

/** A patch that the configuration names. @throws OrganMosaicError invalid-config when the network cannot halve it */
export function givenPatch(patch: Shape, spacingMm: Spacing, levels: number | 'auto'): PatchShape {
  const strides = stridesFor(patch, spacingMm, levels)
  const multiples = strideProduct(strides)
  if (strides.length < 2 || !fits(patch, multiples)) {
    throw new OrganMosaicError(
      'invalid-config',
      `plan.patch ${patch.join(' x ')} cannot be used with ${strides.length} resolutions: each axis must be a multiple of ` +
        `${multiples.join(' x ')} and at least two axes at least ${MIN_AXIS}. Choose such a patch, or 'auto'.`,
    )
  }
  return { patch, strides }
}
