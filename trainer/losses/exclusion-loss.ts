// Exclusion loss (Shi et al. 2021, Medical Image Analysis 70, 101979): an organ that a case leaves unlabelled cannot be
// where another organ is labelled. Dice and cross-entropy of its probability with that region, both to be small.
import type { PatchTarget } from './targets.ts'
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'

/**
 * @param logits [V, C]
 * @returns mean over the organs that are unlabelled in the patch's case; null when nothing excludes any
 */
export function exclusionLoss(logits: Tensor2D, { codes, sets }: PatchTarget): Scalar | null {
  const classCount = logits.shape[1]
  const open = openOrgans(sets, classCount)
  const masks = open.flatMap((organ) => {
    // Labelled as something that this organ is not.
    const rule = sets.map((set) => !set.includes(0) && !set.includes(organ))
    const mask = Float32Array.from(codes, (code) => (rule[code] ? 1 : 0))
    return mask.includes(1) ? [{ organ, mask }] : []
  })
  if (masks.length === 0) return null
  const probabilities = tf.softmax(logits)
  const losses = masks.map(({ organ, mask }) => {
    const excluded = tf.tensor1d(mask)
    const p = probabilities.slice([0, organ], [-1, 1]).reshape([-1])
    const overlap = p.mul(excluded).sum()
    const dice = overlap.mul(2).div(p.sum().add(excluded.sum()))
    // log(p + 1), so that a probability of 0 costs nothing and a gradient stays finite.
    const entropy = p.log1p().mul(excluded).sum().div(excluded.sum())
    return dice.add(entropy)
  })
  return tf.addN(losses).div(losses.length) as Scalar
}

/** Organs that the background of the patch may be: nobody looked for them. */
export function openOrgans(sets: PatchTarget['sets'], classCount: number): number[] {
  // The set of everything is that of voxels outside the scan.
  const background = sets.filter((set) => set.includes(0) && set.length < classCount)
  return [...new Set(background.flat())].filter((c) => c !== 0)
}
