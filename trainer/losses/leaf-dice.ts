// Leaf-Dice (Fidon et al. 2021, "Label-set loss functions for partial supervision", MICCAI), beside the
// marginal cross-entropy that all methods share: a voxel whose label leaves several classes open has no part in Dice.
import { marginalCrossEntropy } from './segmentation-loss.ts'
import { buildTargetTables, countCodes, mergeEqualSets, type PatchTarget } from './targets.ts'
import { tf, type Scalar, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'

const EPSILON = 1e-5

/**
 * @param logits [V, C]
 * @param patchTarget codes [V] and their sets in the model's C classes
 * @returns scalar: leaf-Dice plus the weighted mean over informative voxels of -log p(set)
 */
export function labelSetLoss(logits: Tensor2D, patchTarget: PatchTarget): Scalar {
  const target = mergeEqualSets(patchTarget)
  return tf.tidy(() => {
    const codes = tf.tensor1d(target.codes, 'int32')
    const counts = countCodes(target)
    const tables = buildTargetTables(target, logits.shape[1])
    const logProbabilities = tf.logSoftmax(logits) as Tensor2D
    return marginalCrossEntropy(logProbabilities, codes, tables, counts).add(
      leafDice(logProbabilities.exp() as Tensor2D, codes, target.sets, counts),
    ) as Scalar
  })
}

/**
 * 1 - mean over leaves l of 2 sum(p_l in l) / (voxels of l + sum(p_l squared over the scan) + epsilon). Without anything
 * in the numerator but overlap: a leaf that nobody labelled in the patch has no gradient, and is left out of the mean.
 */
function leafDice(probabilities: Tensor2D, codes: Tensor, sets: PatchTarget['sets'], counts: Int32Array): Scalar {
  const classCount = probabilities.shape[1]
  const leaves = sets.map((set, code) => (set.length === 1 && counts[code]! > 0 ? set[0]! : null))
  const present = leaves.filter((leaf) => leaf !== null).length
  if (present === 0) return tf.scalar(0)
  const row = (weigh: (c: number) => number): number[] => Array.from({ length: classCount }, (_, c) => weigh(c))
  const inLeaf = tf.tensor2d(leaves.map((leaf) => row((c) => (c === leaf ? 1 : 0))))
  const truth = tf.tensor1d(row((c) => counts[leaves.indexOf(c)] ?? 0))
  const informative = tf.tensor2d(sets.map((set) => [set.length < classCount ? 1 : 0]))
  const codeMasks = codes
    .expandDims(1)
    .equal(tf.range(0, sets.length, 1, 'int32'))
    .toFloat() as Tensor2D
  const overlap = codeMasks.matMul(probabilities, true).mul(inLeaf).sum(0)
  const squares = codeMasks.matMul(probabilities.square(), true).mul(informative).sum(0)
  const dice = overlap.mul(2).div(squares.add(truth).add(EPSILON))
  return tf.scalar(1).sub(dice.sum().div(present)) as Scalar
}
