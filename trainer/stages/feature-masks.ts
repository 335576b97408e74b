// Where an organ's feature is taken in a patch: inside its mask where that is known, else where the model believes it.
import type { Patch } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { FeatureMask } from '../losses/organ-features.ts'

/** A model's own belief counts from here on. */
const BELIEF = 0.5

/**
 * @param classes union classes to make masks of
 * @param belief probabilities [V, classes of the union] without gradient, or null to use known masks alone
 * @returns weights of the background, and of each class that occurs
 */
export function featureMasks(
  patch: Patch,
  classes: ClassSet,
  belief: { probabilities: Float32Array; classCount: number } | null,
): { background: Float32Array; organs: FeatureMask[] } {
  const weigh = (unionClass: number): Float32Array | null => {
    // Per code: 1 inside the known mask, -1 where the set leaves it open, 0 elsewhere.
    const rule = patch.sets.map((set) => (set.includes(unionClass) ? (set.length === 1 ? 1 : -1) : 0))
    if (!rule.some((r) => r === 1 || (r === -1 && belief))) return null
    const weights = new Float32Array(patch.codes.length)
    let any = false
    for (let v = 0; v < weights.length; v++) {
      const r = rule[patch.codes[v]!]!
      if (r === 0) continue
      const weight = r === 1 ? 1 : belief ? belief.probabilities[v * belief.classCount + unionClass]! : 0
      if (weight < BELIEF) continue
      weights[v] = weight
      any = true
    }
    return any ? weights : null
  }
  const organs = classes.flatMap((unionClass) => {
    const weights = weigh(unionClass)
    return weights ? [{ unionClass, weights }] : []
  })
  const background = Float32Array.from(patch.codes, (code) => (isScannedBackground(patch.sets, code) ? 1 : 0))
  return { background, organs }
}

/** The last set of a patch is that of voxels outside the scan, which have no feature worth subtracting. */
const isScannedBackground = (sets: readonly ClassSet[], code: number): boolean =>
  code !== sets.length - 1 && sets[code]!.includes(0)
