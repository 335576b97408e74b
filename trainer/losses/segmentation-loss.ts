// Supervised loss on class sets: soft Dice over the organs present in the patch plus marginal cross-entropy.
// Absent organs get cross-entropy alone: a smoothed Dice on them drives small organs to empty.
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'
import { codeLoss } from './code-loss.ts'
import { viewPatch, type PatchView } from './patch-view.ts'
import { buildTargetTables, countSets, setsOf, type PatchTarget, type TargetTables } from './targets.ts'

const DICE_SMOOTH = 1

/**
 * Marginal Dice and cross-entropy of one patch. The probability of a set is the sum over its classes
 * (label-set losses, Fidon et al. 2021; marginal loss, Shi et al. 2021; the reading is docs/method.md's).
 * @param logits [V, C]
 * @param target codes [V] and their sets in the model's C classes
 * @param view of the same logits and codes, where there is one already
 * @returns scalar: mean over present organ sets of (1 - Dice) + weighted mean over informative voxels of -log p(set)
 */
export function segmentationLoss(logits: Tensor2D, target: PatchTarget, view?: PatchView): Scalar {
  return tf.tidy(() => {
    const seen = view ?? viewPatch(logits, target.codes)
    const sets = setsOf(seen.codes, target.sets)
    const tables = buildTargetTables(sets, logits.shape[1])
    const weights = balanceCodes(countSets(sets, seen.counts), tables.informative)
    const total = seen.counts.reduce((sum, count, k) => sum + count * weights[k]!, 0)
    return codeLoss(logits, seen, {
      weights: weights.map((weight) => weight / Math.max(total, 1e-6)),
      allowed: tables.allowed,
      ofSums: (sums) => presentDice(sums, tables, seen.counts),
    })
  })
}

/**
 * Weight of a voxel by its set: the inverse square root of how common the set is in the patch, so that small organs
 * start to learn before the background has silenced them, without weighing a voxel of theirs like a whole liver.
 */
function balanceCodes(counts: readonly number[], informative: readonly number[]): number[] {
  return informative.map((value, code) => (value === 0 ? 0 : 1 / Math.sqrt(counts[code]!)))
}

/**
 * 1 - mean Dice of the present organ sets. Voxels of one code are judged alike, so their summed probabilities say all.
 * @param sums [K, C]
 * @returns value and derivative by each sum [K, C]
 */
function presentDice(
  sums: readonly (readonly number[])[],
  { present, members, inside, judged }: TargetTables,
  counts: readonly number[],
): { value: number; gradient: number[][] } {
  const gradient = sums.map((row) => row.map(() => 0))
  if (present.length === 0) return { value: 0, gradient }
  let value = 1
  present.forEach((set, l) => {
    let [overlap, volume] = [DICE_SMOOTH, DICE_SMOOTH]
    sums.forEach((row, k) => {
      const inSet = set.reduce((sum, c) => sum + row[c]!, 0)
      overlap += 2 * inside[k]![l]! * inSet
      volume += judged[k]![l]! * inSet + inside[k]![l]! * counts[k]!
    })
    value -= overlap / volume / present.length
    gradient.forEach((row, k) => {
      const slope = (2 * inside[k]![l]! - (judged[k]![l]! * overlap) / volume) / volume / present.length
      for (let c = 0; c < row.length; c++) row[c]! -= members[c]![l]! * slope
    })
  })
  return { value, gradient }
}
