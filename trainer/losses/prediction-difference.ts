// Stage 1, prediction difference: organs that other datasets label tell a model where its own organs cannot be.
import type { ClassSet } from '../labels/label-sets.ts'
import type { Scalar, Tensor2D } from '../tensor/tensorflow.ts'
import { codeLoss } from './code-loss.ts'
import type { PatchView } from './patch-view.ts'
import { countSets, setsOf } from './targets.ts'

/**
 * For each foreign organ q present in the patch: the mean foreground probability inside it plus the mean of
 * -log p(background) inside it; averaged over the organs. Nothing outside the organs counts, so foreground there is
 * neither punished nor rewarded (docs/method.md, prediction difference).
 * @param logits [V, C] of the model, class 0 background
 * @param sets of the patch, in the union's classes
 * @param organs union classes of the foreign organs
 * @returns null when none of them is in the patch for certain
 */
export function predictionDifference(
  logits: Tensor2D,
  view: PatchView,
  sets: readonly ClassSet[],
  organs: ClassSet,
): Scalar | null {
  const present = setsOf(view.codes, sets)
  const inside = present.map((set) => set.length === 1 && organs.includes(set[0]!))
  const found = new Set(present.filter((_, k) => inside[k]).map(([organ]) => organ))
  if (found.size === 0) return null
  const voxels = countSets(present, view.counts)
  // The mean over organs of means over their voxels is one weighted sum over voxels.
  const weights = voxels.map((count, k) => (inside[k] ? 1 / (count * found.size) : 0))
  const background = Array.from({ length: logits.shape[1] }, (_, c) => (c === 0 ? 1 : 0))
  return codeLoss(logits, view, {
    weights,
    allowed: present.map(() => background),
    ofSums: (sums) => ({
      value: sums.reduce((sum, [p], k) => sum + weights[k]! * (view.counts[k]! - p!), 0),
      gradient: weights.map((weight) => background.map((bit) => -weight * bit)),
    }),
  })
}
