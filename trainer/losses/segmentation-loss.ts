// Supervised loss on class sets: soft Dice over the organs present in the patch plus marginal cross-entropy.
// Absent organs get cross-entropy alone: a smoothed Dice on them drives small organs to empty.
import { tf, type Scalar, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'
import { buildTargetTables, countCodes, mergeEqualSets, type PatchTarget, type TargetTables } from './targets.ts'

const FORBIDDEN = -1e4
const DICE_SMOOTH = 1

/**
 * Marginal Dice and cross-entropy of one patch. The probability of a set is the sum over its classes
 * (label-set losses, Fidon et al. 2021; marginal loss, Shi et al. 2021; the reading is docs/method.md's).
 * @param logits [V, C]
 * @param patchTarget codes [V] and their sets in the model's C classes
 * @returns scalar: mean over present organ sets of (1 - Dice) + weighted mean over informative voxels of -log p(set)
 */
export function segmentationLoss(logits: Tensor2D, patchTarget: PatchTarget): Scalar {
  const target = mergeEqualSets(patchTarget)
  return tf.tidy(() => {
    const tables = buildTargetTables(target, logits.shape[1])
    const codes = tf.tensor1d(target.codes, 'int32')
    const counts = countCodes(target)
    const logProbabilities = tf.logSoftmax(logits)
    return marginalCrossEntropy(logProbabilities as Tensor2D, codes, tables, counts).add(
      presentDice(logProbabilities.exp() as Tensor2D, codes, tables, counts),
    ) as Scalar
  })
}

/**
 * Weight of a voxel by its set: the inverse square root of how common the set is in the patch, so that small organs
 * start to learn before the background has silenced them, without weighing a voxel of theirs like a whole liver.
 */
function balanceCodes(counts: Int32Array, informative: readonly number[]): number[] {
  return informative.map((value, code) => (value === 0 || counts[code] === 0 ? 0 : 1 / Math.sqrt(counts[code]!)))
}

/** Weighted mean over informative voxels of -log p(set). @param codes [V] */
export function marginalCrossEntropy(
  logProbabilities: Tensor2D,
  codes: Tensor,
  tables: TargetTables,
  counts: Int32Array,
): Scalar {
  const penalty = tf.tensor2d(tables.allowed).sub(1).mul(-FORBIDDEN)
  const logAllowed = logProbabilities.add(tf.gather(penalty, codes as Tensor2D)).logSumExp(1)
  const weight = tf.gather(tf.tensor1d(balanceCodes(counts, tables.informative)), codes as Tensor2D)
  return logAllowed.mul(weight).sum().neg().div(weight.sum().maximum(1e-6)) as Scalar
}

function presentDice(probabilities: Tensor2D, codes: Tensor, tables: TargetTables, counts: Int32Array): Scalar {
  if (tables.present.length === 0) return tf.scalar(0)
  // Voxels of one code are judged alike, so that their sums [K, L] say all: everything after them is tiny.
  const codeMasks = codes
    .expandDims(1)
    .equal(tf.range(0, counts.length, 1, 'int32'))
    .toFloat() as Tensor2D
  const setSums = codeMasks.matMul(probabilities, true).matMul(tf.tensor2d(tables.members))
  const inside = tf.tensor2d(tables.inside)
  const overlap = setSums.mul(inside).sum(0)
  const truth = inside.mul(tf.tensor2d(Float32Array.from(counts), [counts.length, 1])).sum(0)
  const volume = setSums.mul(tf.tensor2d(tables.judged)).sum(0).add(truth)
  return tf.scalar(1).sub(overlap.mul(2).add(DICE_SMOOTH).div(volume.add(DICE_SMOOTH)).mean()) as Scalar
}

/**
 * Hard Dice of each present organ set of a patch, for logging and for the patch's own accuracy.
 * @param predicted class of each voxel [V]
 * @returns organ set -> Dice over the voxels that can be judged
 */
export function patchDice(
  predicted: Int32Array,
  target: PatchTarget,
  classCount: number,
): { classes: readonly number[]; dice: number }[] {
  const tables = buildTargetTables(target, classCount)
  return tables.present.map((classes, l) => {
    let overlap = 0
    let volume = 0
    for (let v = 0; v < predicted.length; v++) {
      const code = target.codes[v]!
      const truth = tables.inside[code]![l]!
      const guess = tables.judged[code]![l]! * tables.members[predicted[v]!]![l]!
      overlap += truth * guess
      volume += truth + guess
    }
    return { classes, dice: volume === 0 ? 1 : (2 * overlap) / volume }
  })
}
