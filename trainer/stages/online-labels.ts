// Pseudo labels of a patch, made where it is learned from: what its case leaves open is labelled by the averaged weights of
// the models that can tell it, by the rule of the stored ones (mean teacher, Tarvainen and Valpola 2017).
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import { gatherEvidence } from '../inference/fuse.ts'
import { BACKGROUND, narrowByPseudo, type ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import { openOrgans } from '../losses/exclusion-loss.ts'
import { forward } from '../network/unet.ts'
import { codeSets, judgeVoxels } from '../pseudo-labels/accept.ts'
import { networkInput } from '../tensor/network-input.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf } from '../tensor/tensorflow.ts'
import type { StageModel } from './stage-model.ts'

export interface OnlineLabels {
  /** The same image, its classes narrowed where a model was sure. */
  readonly patch: Patch
  /** Of the voxels that the case leaves open: how many got a pseudo label. */
  readonly labelledShare: number
}

/** @returns null when the case leaves nothing open that some model can tell */
export function labelOnline(
  models: readonly StageModel[],
  study: Study,
  patch: Patch,
  shape: Shape,
  rules: RunConfig['pseudoLabels'],
): OnlineLabels | null {
  const open = openOrgans(patch.sets, study.classCount)
  const able = models.filter(({ index }) => study.competentClasses[index]!.some((c) => open.includes(c)))
  if (able.length === 0) return null
  const predictions = able.map((model) => ({
    index: model.index,
    classes: model.classes,
    competent: study.competentClasses[model.index]!,
    probabilities: predictPatch(model, patch, shape),
    temperature: 1,
  }))
  const evidence = gatherEvidence(predictions, open)
  // Labelled voxels are no background; outside the scan everything is possible, and nothing is taught.
  const isOpen = patch.sets.map((set) => set.includes(BACKGROUND) && set.length < study.classCount)
  const voxels = patch.codes.length
  const thresholds = evidence.map(() => rules.organThreshold)
  const judged = judgeVoxels(voxels, evidence, thresholds, (v) => !isOpen[patch.codes[v]!], rules)
  const known = evidence.map(({ unionClass }) => unionClass)
  const pseudoSets = codeSets(
    evidence,
    open.filter((c) => !known.includes(c)),
  )
  return narrow(patch, judged.codes, pseudoSets, isOpen)
}

/** Codes of the patch and of the pseudo labels together, each pair a code of its own. */
function narrow(
  patch: Patch,
  pseudo: Uint8Array,
  pseudoSets: readonly (ClassSet | null)[],
  isOpen: readonly boolean[],
): OnlineLabels {
  const width = pseudoSets.length
  const codes = new Int32Array(patch.codes.length)
  let [openVoxels, labelled] = [0, 0]
  for (let v = 0; v < codes.length; v++) {
    codes[v] = patch.codes[v]! * width + pseudo[v]!
    if (!isOpen[patch.codes[v]!]) continue
    openVoxels += 1
    if (pseudo[v]! > 0) labelled += 1
  }
  const sets = patch.sets.flatMap((set) => pseudoSets.map((pseudoSet) => narrowByPseudo(set, pseudoSet)))
  return { patch: { ...patch, codes, sets }, labelledShare: openVoxels === 0 ? 0 : labelled / openVoxels }
}

/** The average as it is: bringing it up to date for every patch would cost more than it could gain. @returns [V, C] */
function predictPatch({ spec, parameters, average }: StageModel, patch: Patch, shape: Shape): Float32Array {
  const weights = average && average.values.size > 0 ? average.values : parameters
  return readValues(() => {
    const x = networkInput(patch.image, shape)
    return tf.softmax(forward(spec, weights, x).logits[0]!)
  })
}
