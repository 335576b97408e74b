// Supervised loss on class sets: soft Dice over the organs present in the patch plus marginal cross-entropy.
// Absent organs get cross-entropy alone: a smoothed Dice on them drives small organs to empty.
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'
import { codeLoss, type CodeLoss } from './code-loss.ts'
import { viewPatch, type PatchView } from './patch-view.ts'
import { buildTargetTables, countSets, setsOf, type PatchTarget, type TargetTables } from './targets.ts'

const DICE_SMOOTH = 1

export interface LossOptions {
  /** A voxel weighs 1 / n^balance in the cross-entropy, n the voxels of its set in the patch. */
  readonly balance?: number
  /** Of the same logits and codes, where there is one already. */
  readonly view?: PatchView
}

/** Loss of a network's output [V, C] on a patch's codes [V] and their sets in its C classes. */
export type VoxelLoss = (logits: Tensor2D, target: PatchTarget, options?: LossOptions) => Scalar

/** A voxel of a small organ weighs more than one of the background, and less than would make up for all of them. */
const BALANCE = 0.5

/**
 * Marginal Dice and cross-entropy of one patch. The probability of a set is the sum over its classes
 * (label-set losses, Fidon et al. 2021; marginal loss, Shi et al. 2021; the reading is docs/method.md's).
 * @returns scalar: mean over present organ sets of (1 - Dice) + weighted mean over informative voxels of -log p(set)
 */
export const segmentationLoss: VoxelLoss = (logits, target, options) =>
  marginalLoss(logits, target, options, presentDice)

/** Weighted mean over informative voxels of -log p(set). */
export const marginalCrossEntropy: VoxelLoss = (logits, target, options) =>
  marginalLoss(logits, target, options, (sums) => ({ value: 0, gradient: sums.map((row) => row.map(() => 0)) }))

function marginalLoss(
  logits: Tensor2D,
  target: PatchTarget,
  { balance = BALANCE, view }: LossOptions = {},
  ofSums: (sums: readonly (readonly number[])[], tables: TargetTables, counts: readonly number[]) => SumLoss,
): Scalar {
  return tf.tidy(() => {
    const seen = view ?? viewPatch(logits, target.codes)
    const sets = setsOf(seen.codes, target.sets)
    const tables = buildTargetTables(sets, logits.shape[1])
    const voxels = countSets(sets, seen.counts)
    const weights = tables.informative.map((value, k) => (value === 0 ? 0 : voxels[k]! ** -balance))
    const total = seen.counts.reduce((sum, count, k) => sum + count * weights[k]!, 0)
    return codeLoss(logits, seen, {
      weights: weights.map((weight) => weight / Math.max(total, 1e-6)),
      allowed: tables.allowed,
      ofSums: (sums) => ofSums(sums, tables, seen.counts),
    })
  })
}

type SumLoss = ReturnType<CodeLoss['ofSums']>

/**
 * 1 - mean Dice of the present organ sets. Voxels of one code are judged alike, so their summed probabilities say all.
 * @param sums [K, C]
 * @returns value and derivative by each sum [K, C]
 */
function presentDice(
  sums: readonly (readonly number[])[],
  { present, members, inside, judged }: TargetTables,
  counts: readonly number[],
): SumLoss {
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
