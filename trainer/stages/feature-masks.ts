// Where an organ's feature is taken in a patch: inside its mask where that is known, else where the model believes it.
// Masks are made on the feature grid at once: every cell says how many voxels of each code it holds.
import type { Shape } from '../../contract/geometry.ts'
import type { Patch } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { FeatureMask } from '../losses/organ-features.ts'
import { codeTable, type PatchView } from '../losses/patch-view.ts'
import { setsOf } from '../losses/targets.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'

/** A model's own belief counts from here on. */
const BELIEF = 0.5

/**
 * @param shape [D, H, W] of the patch
 * @param grid [d, h, w] of the features; each axis divides the patch's
 * @param classes union classes to make masks of
 * @param belief [cells, classes of the union] see poolBelief, or null to use known masks alone
 * @returns weights [cells] of the background and of each class that occurs, in voxels
 */
export function featureMasks(
  patch: Pick<Patch, 'codes' | 'sets'>,
  shape: Shape,
  grid: Shape,
  classes: ClassSet,
  belief: { readonly weights: Float32Array; readonly classCount: number } | null,
): { background: Float32Array; organs: FeatureMask[] } {
  const { codes, sets } = patch
  const voxels = poolCodes(codes, sets.length, shape, grid)
  const cells = grid[0] * grid[1] * grid[2]
  const pool = (chosen: (set: ClassSet, code: number) => boolean): Float32Array => {
    const weights = new Float32Array(cells)
    sets.forEach((set, code) => {
      if (!chosen(set, code)) return
      for (let cell = 0, at = code * cells; cell < cells; cell++, at++) weights[cell]! += voxels[at]!
    })
    return weights
  }
  const organs = classes.flatMap((unionClass) => {
    const weights = pool((set) => set.length === 1 && set[0] === unionClass)
    if (belief) {
      for (let cell = 0; cell < cells; cell++) weights[cell]! += belief.weights[cell * belief.classCount + unionClass]!
    }
    return weights.some((weight) => weight > 0) ? [{ unionClass, weights }] : []
  })
  // The last set of a patch is that of voxels outside the scan, which have no feature worth subtracting.
  return { background: pool((set, code) => code !== sets.length - 1 && set.includes(0)), organs }
}

/**
 * What a model that knows the whole union believes where the labels leave it open: its probabilities from 0.5 on.
 * @returns [cells, classes] summed over the voxels of each cell
 */
export function poolBelief(view: PatchView, sets: readonly ClassSet[], shape: Shape, grid: Shape): Float32Array {
  const { probabilities, oneHot, codes } = view
  const classCount = probabilities.shape[1]
  const open = setsOf(codes, sets).map((set) =>
    Array.from({ length: classCount }, (_, c) => (set.length > 1 && set.includes(c) ? 1 : 0)),
  )
  const [z, y, x] = shape.map((size, axis) => size / grid[axis]!) as unknown as Shape
  return readValues(() => {
    const believed = probabilities
      .mul(probabilities.greaterEqual(BELIEF).cast('float32'))
      .mul(oneHot.matMul(codeTable(open)))
    const volume = believed.reshape([1, ...shape, classCount]) as Tensor5D
    return tf.avgPool3d(volume, [z, y, x], [z, y, x], 'valid').mul(z * y * x)
  })
}

/** Voxels of each code in each cell of the grid, [codes, cells]. */
function poolCodes(codes: Int32Array, codeCount: number, shape: Shape, grid: Shape): Uint16Array {
  const [, height, width] = grid
  const cells = grid[0] * height * width
  const [fz, fy, fx] = shape.map((size, axis) => size / grid[axis]!) as unknown as Shape
  const column = Uint16Array.from({ length: shape[2] }, (_, x) => x / fx)
  const pooled = new Uint16Array(codeCount * cells)
  for (let z = 0, v = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const row = (Math.floor(z / fz) * height + Math.floor(y / fy)) * width
      for (let x = 0; x < shape[2]; x++, v++) pooled[codes[v]! * cells + row + column[x]!]!++
    }
  }
  return pooled
}
