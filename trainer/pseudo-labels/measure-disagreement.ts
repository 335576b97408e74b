// Where partial-organ models contradict each other in what nobody delineated: what a reviewer looks at first.
import type { ModelPrediction } from '../inference/fuse.ts'
import type { ClassSet } from '../labels/label-sets.ts'

export interface Disagreement {
  /** Voxels in which at least one model sees an organ. */
  readonly claimed: number
  /** Of these: another model sees another organ there, or knows the same organ and does not see it. */
  readonly disputed: number
  /** The same for each organ that some model sees, by its union class. */
  readonly organs: readonly { readonly unionClass: number; readonly claimed: number; readonly disputed: number }[]
}

const NOTHING = 0

/**
 * @param open union classes without a true label in the case: only these can be claimed
 * @param isLabelled [V] where a true label has decided already
 */
export function measureDisagreement(
  predictions: readonly ModelPrediction[],
  open: ClassSet,
  isLabelled: (voxel: number) => boolean,
): Disagreement {
  const known = predictions.map(({ competent, classes }) =>
    open.filter((each) => competent.includes(each) && classes.includes(each)),
  )
  const counts = new Map(open.map((unionClass) => [unionClass, { unionClass, claimed: 0, disputed: 0 }]))
  const [first] = predictions
  const voxels = first ? first.probabilities.length / first.classes.length : 0
  let [claimed, disputed] = [0, 0]
  for (let v = 0; v < voxels; v++) {
    if (isLabelled(v)) continue
    const claims = predictions.map((prediction, m) => claimAt(prediction, v, known[m]!))
    const seen = [...new Set(claims)].filter((each) => each !== NOTHING)
    if (seen.length === 0) continue
    const denied = seen.filter((organ) => claims.some((claim, m) => claim !== organ && known[m]!.includes(organ)))
    claimed += 1
    if (seen.length > 1 || denied.length > 0) disputed += 1
    for (const organ of seen) {
      const count = counts.get(organ)!
      count.claimed += 1
      if (seen.length > 1 || denied.includes(organ)) count.disputed += 1
    }
  }
  return { claimed, disputed, organs: [...counts.values()].filter((organ) => organ.claimed > 0) }
}

/** The likeliest class of a model, if it is an organ that it may claim here. */
function claimAt({ classes, probabilities }: ModelPrediction, voxel: number, known: ClassSet): number {
  const at = voxel * classes.length
  let best = 0
  for (let c = 1; c < classes.length; c++) if (probabilities[at + c]! > probabilities[at + best]!) best = c
  const claim = classes[best]!
  return known.includes(claim) ? claim : NOTHING
}
