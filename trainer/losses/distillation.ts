// Distillation from partial teachers into one full student (MS-KD, Feng et al. 2021, MICCAI): each teacher supervises the
// student in two regions, that of its own organs and the background on which all teachers agree; outputs and features.
import type { Shape } from '../../contract/geometry.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { tf, type Scalar, type Tensor, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'
import { poolMask } from './pool-mask.ts'

/** What one teacher says of a patch of V voxels. Plain numbers: nothing of a teacher is differentiated. */
export interface Lesson {
  /** Union classes that it teaches here: it can tell them, and the case leaves them open. */
  readonly classes: ClassSet
  /** [V, 1 + classes]: its probability of anything else, then of each class */
  readonly probabilities: Float32Array
  /** [V] 1 where one of these organs is what it believes most */
  readonly organRegion: Uint8Array
  /** Deepest decoder level, [d * h * w, F] as the student's */
  readonly features: Float32Array
}

export interface Lessons {
  readonly lessons: readonly Lesson[]
  /** [V] 1 where no teacher believes in an organ, and the labels leave it open */
  readonly agreedBackground: Uint8Array
}

const NEVER = -1e4
const EPSILON = 1e-6

/**
 * Kullback-Leibler divergence of the student from each teacher: the mean over the teacher's organs plus the mean over the
 * agreed background, averaged over teachers. The student's classes that a teacher does not teach are one to it.
 * @param logits [V, C] of the student
 * @returns null when there is no voxel to learn from
 */
export function distilOutputs(logits: Tensor2D, { lessons, agreedBackground }: Lessons): Scalar | null {
  const [voxels, classCount] = logits.shape
  const logProbabilities = tf.logSoftmax(logits) as Tensor2D
  const losses = lessons.flatMap(({ classes, probabilities, organRegion }) => {
    const weights = regionWeights([organRegion, agreedBackground])
    if (weights === null) return []
    const channels = classes.length + 1
    const wanted = new Float32Array(voxels * classCount)
    const rest = new Float32Array(voxels)
    let entropy = 0
    for (let v = 0; v < voxels; v++) {
      const weight = weights[v]!
      if (weight === 0) continue
      for (let c = 0; c < channels; c++) {
        const p = probabilities[v * channels + c]!
        if (p > 0) entropy += weight * p * Math.log(p)
        if (c === 0) rest[v] = weight * p
        else wanted[v * classCount + classes[c - 1]!] = weight * p
      }
    }
    const untaught = tf.tensor1d(Array.from({ length: classCount }, (_, c) => (classes.includes(c) ? NEVER : 0)))
    const logRest = logProbabilities.add(untaught).logSumExp(1)
    const crossEntropy = logProbabilities
      .mul(tf.tensor2d(wanted, [voxels, classCount]))
      .sum()
      .add(logRest.mul(tf.tensor1d(rest)).sum())
    return [tf.scalar(entropy).sub(crossEntropy)]
  })
  return meanOf(losses)
}

/**
 * 1 - cosine of the student's and each teacher's feature vectors, over the same regions brought to the feature grid.
 * @param features [1, d, h, w, F] of the student
 * @param patch [D, H, W]
 */
export function distilFeatures(
  features: Tensor5D,
  patch: Shape,
  { lessons, agreedBackground }: Lessons,
): Scalar | null {
  const channels = features.shape[4]
  const grid = features.shape.slice(1, 4) as [number, number, number]
  const own = unitRows(features.reshape([-1, channels]) as Tensor2D)
  const background = poolMask(agreedBackground, patch, grid)
  const losses = lessons.flatMap(({ organRegion, features: taught }) => {
    const weights = regionWeights([poolMask(organRegion, patch, grid), background])
    if (weights === null) return []
    const theirs = unitRows(tf.tensor2d(taught, [taught.length / channels, channels]))
    return [tf.scalar(1).sub(own.mul(theirs).sum(1)).mul(tf.tensor1d(weights)).sum()]
  })
  return meanOf(losses)
}

/** Weights that turn a sum over voxels into the sum of the regions' means; null when all regions are empty. */
function regionWeights(regions: readonly (Uint8Array | Float32Array)[]): Float32Array | null {
  const sizes = regions.map((region) => {
    let size = 0
    for (const inside of region) size += inside
    return size
  })
  if (sizes.every((size) => size === 0)) return null
  const weights = new Float32Array(regions[0]!.length)
  regions.forEach((region, r) => {
    if (sizes[r] === 0) return
    for (let v = 0; v < weights.length; v++) weights[v]! += region[v]! / sizes[r]!
  })
  return weights
}

const unitRows = (rows: Tensor2D): Tensor2D => rows.div(rows.square().sum(1, true).add(EPSILON).sqrt()) as Tensor2D

const meanOf = (values: readonly Tensor[]): Scalar | null =>
  values.length === 0 ? null : (tf.addN([...values]).div(values.length) as Scalar)
