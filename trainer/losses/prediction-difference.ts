// Stage 1, prediction difference: organs that other datasets label tell a model where its own organs cannot be.
import type { RunConfig } from '../../contract/run-config.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Scalar, Tensor2D } from '../tensor/tensorflow.ts'
import { codeLoss, type CodeLoss } from './code-loss.ts'
import type { PatchView } from './patch-view.ts'
import { countSets, setsOf } from './targets.ts'

type Reading = RunConfig['stage1']['predictionDifference']['reading']

/**
 * For each foreign organ q present in the patch, averaged over the organs (docs/method.md, prediction difference):
 * - overlap: 2 sum(p q) / (sum p + sum q) of the foreground probability p and the organ, as a Dice score of the two
 * - inside: the mean of p inside it plus the mean of -log p(background) inside it. Nothing outside the organs counts, so
 *   foreground there is neither punished nor rewarded
 * - foreground: the mean of p inside it alone
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
  reading: Reading,
): Scalar | null {
  const present = setsOf(view.codes, sets)
  const organOf = present.map((set) => (set.length === 1 && organs.includes(set[0]!) ? set[0]! : null))
  const found = [...new Set(organOf)].filter((organ) => organ !== null)
  if (found.length === 0) return null
  const voxels = countSets(present, view.counts)
  // The mean over organs of means over their voxels is one weighted sum over voxels.
  const weights = voxels.map((count, k) => (organOf[k] === null ? 0 : 1 / (count * found.length)))
  const background = Array.from({ length: logits.shape[1] }, (_, c) => (c === 0 ? 1 : 0))
  const foregroundOf = (sums: readonly (readonly number[])[]) => sums.map(([p], k) => view.counts[k]! - p!)
  /** @param slopes derivative by the foreground of each code */
  const byBackground = (slopes: readonly number[]) => slopes.map((slope) => background.map((bit) => -slope * bit))
  const ofSums: CodeLoss['ofSums'] = (sums) => {
    const foreground = foregroundOf(sums)
    if (reading !== 'overlap') {
      const value = foreground.reduce((sum, p, k) => sum + weights[k]! * p, 0)
      return { value, gradient: byBackground(weights) }
    }
    const overlaps = found.map((organ) => overlap(foreground, view.counts, (k) => organOf[k] === organ))
    const mean = (of: (each: (typeof overlaps)[number]) => number) =>
      overlaps.reduce((sum, each) => sum + of(each), 0) / overlaps.length
    return {
      value: mean(({ value }) => value),
      gradient: byBackground(foreground.map((_, k) => mean(({ slopes }) => slopes[k]!))),
    }
  }
  return codeLoss(logits, view, {
    weights: reading === 'inside' ? weights : weights.map(() => 0),
    allowed: present.map(() => background),
    ofSums,
  })
}

/** 2 sum(p q) / (sum p + sum q) from the foreground p summed by code, and its derivative by each sum. */
function overlap(
  foreground: readonly number[],
  counts: readonly number[],
  inside: (code: number) => boolean,
): { value: number; slopes: number[] } {
  const both = foreground.reduce((sum, p, k) => sum + (inside(k) ? p : 0), 0)
  const volume = foreground.reduce((sum, p, k) => sum + p + (inside(k) ? counts[k]! : 0), 0)
  const value = (2 * both) / volume
  return { value, slopes: foreground.map((_, k) => ((inside(k) ? 2 : 0) - value) / volume) }
}
