// Leaf-Dice (Fidon et al. 2021, "Label-set loss functions for partial supervision", MICCAI), beside the
// marginal cross-entropy that all methods share: a voxel whose label leaves several classes open has no part in Dice.
import { codeTable, viewPatch, type PatchView } from './patch-view.ts'
import { marginalCrossEntropy, type VoxelLoss } from './segmentation-loss.ts'
import { setsOf } from './targets.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'

const EPSILON = 1e-5

/** @returns scalar: leaf-Dice plus the weighted mean over informative voxels of -log p(set) */
export const labelSetLoss: VoxelLoss = (logits, target, options = {}) =>
  tf.tidy(() => {
    const view = options.view ?? viewPatch(logits, target.codes)
    const dice = leafDice(tf.softmax(logits), view, setsOf(view.codes, target.sets))
    return marginalCrossEntropy(logits, target, { ...options, view }).add(dice) as Scalar
  })

/**
 * 1 - mean over leaves l of 2 sum(p_l in l) / (voxels of l + sum(p_l squared over the scan) + epsilon). Without anything
 * in the numerator but overlap: a leaf that nobody labelled in the patch has no gradient, and is left out of the mean.
 * @param sets of the codes that occur
 */
function leafDice(probabilities: Tensor2D, { oneHot, counts }: PatchView, sets: readonly ClassSet[]): Scalar {
  const classCount = probabilities.shape[1]
  const leaves = sets.map((set) => (set.length === 1 ? set[0]! : null))
  const present = new Set(leaves.filter((leaf) => leaf !== null)).size
  if (present === 0) return tf.scalar(0)
  const row = (weigh: (c: number) => number): number[] => Array.from({ length: classCount }, (_, c) => weigh(c))
  const inLeaf = codeTable(leaves.map((leaf) => row((c) => (c === leaf ? 1 : 0))))
  const truth = tf.tensor1d(row((c) => counts.reduce((sum, count, k) => sum + (leaves[k] === c ? count : 0), 0)))
  const informative = codeTable(sets.map((set) => [set.length < classCount ? 1 : 0]))
  const overlap = oneHot.matMul(probabilities, true).mul(inLeaf).sum(0)
  const squares = oneHot
    .matMul(probabilities.square() as Tensor2D, true)
    .mul(informative)
    .sum(0)
  const dice = overlap.mul(2).div(squares.add(truth).add(EPSILON))
  return tf.scalar(1).sub(dice.sum().div(present)) as Scalar
}
