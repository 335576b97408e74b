// Stage 1: partial-organ (POS) models. Supervised on their own labels; other datasets' organs tell them where their
// own organs cannot be (prediction difference) and what their features must not look like (feature difference).
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import { featureDifference, type OrganFeature } from '../losses/feature-losses.ts'
import { organFeatures, RunningFeatures } from '../losses/organ-features.ts'
import { predictionDifference } from '../losses/prediction-difference.ts'
import { patchDice } from '../losses/segmentation-loss.ts'
import type { NetworkOutput } from '../network/unet.ts'
import { rampedWeight } from '../optimiser/adamw.ts'
import type { Tensor2D } from '../tensor/tensorflow.ts'
import { differentiatePatch, predictedClasses, projectSets, supervisedLoss, type LossPart } from './differentiate.ts'
import { featureMasks } from './feature-masks.ts'
import type { Objective, PatchOutcome, StepPatch } from './objective.ts'
import { restoreFeatures, saveFeatures } from './running-feature-state.ts'
import type { StageModel } from './stage-model.ts'

export function createStage1Objective(study: Study, shape: Shape, config: RunConfig['stage1']): Objective {
  const running = new RunningFeatures()

  const { reading: featureReading } = config.featureDifference

  function learnOwn(model: StageModel, patch: Patch, weights: { seg: number; fd: number }): PatchOutcome | null {
    const target = { codes: patch.codes, sets: projectSets(model, patch.sets) }
    let dice: PatchOutcome['dice'] = []
    const outcome = differentiatePatch(model, patch, shape, (output) => {
      dice = singleOrganDice(model, patch, output, study.classCount)
      const parts: LossPart[] = []
      if (weights.seg > 0) {
        const value = supervisedLoss(model, output, target, shape)
        parts.push({ name: 'loss.supervised', weight: weights.seg, value })
      }
      if (!config.featureDifference.enabled) return parts
      const features = ownFeatures(model, patch, output)
      const others = featureReading === 'other-models' && weights.fd > 0 ? featuresOfOthers(model) : []
      if (others.length > 0) {
        parts.push({ name: 'loss.featureDifference', weight: weights.fd, value: featureDifference(features, others) })
      }
      return parts
    })
    return outcome && { ...outcome, dice }
  }

  /** Features of the model's own organs in the patch, which it remembers. */
  function ownFeatures(model: StageModel, patch: Patch, output: NetworkOutput): OrganFeature[] {
    const { background, organs } = featureMasks(patch, model.classes.slice(1), null)
    const features = organFeatures(output.features, shape, background, organs)
    for (const { unionClass, feature } of features) {
      running.update(model.index, unionClass, feature.dataSync() as Float32Array)
    }
    return features
  }

  /** Running features that the other models have of organs which this one does not know. */
  const featuresOfOthers = (model: StageModel): Float32Array[] =>
    study.ownClasses.flatMap((classes, other) =>
      classes.filter((c) => !model.classes.includes(c)).flatMap((c) => running.get(other, c) ?? []),
    )

  /** Organs of the patch that this model can neither know nor share a voxel with. */
  function foreignOrgans(model: StageModel, patch: Patch): ClassSet {
    const known = new Set(model.classes)
    const excludes = (c: number) => !known.has(c) && !study.overlapping[c]!.some((other) => known.has(other))
    const certain = patch.sets.flatMap((set) => (set.length === 1 && set[0] !== 0 ? set : []))
    return [...new Set(certain)].filter(excludes)
  }

  function learnForeign(
    model: StageModel,
    patch: Patch,
    dataset: number,
    weights: { pd: number; fd: number },
  ): PatchOutcome | null {
    const { background, organs } = featureMasks(patch, foreignOrgans(model, patch), null)
    const shares = study.ownClasses[dataset]!.some((c) => model.classes.includes(c))
    const own = model.classes.slice(1).flatMap((c) => running.get(model.index, c) ?? [])
    const usesFeatures = featureReading === 'own-features' && weights.fd > 0 && own.length > 0 && organs.length > 0
    if (!(weights.pd > 0 && (organs.length > 0 || shares)) && !usesFeatures) return null
    const outcome = differentiatePatch(model, patch, shape, (output) => {
      const parts: LossPart[] = []
      const logits = output.logits[0]!.reshape([-1, model.spec.classes]) as Tensor2D
      if (weights.pd > 0) {
        const masks = organs.map((organ) => organ.weights)
        parts.push({
          name: 'loss.predictionDifference',
          weight: weights.pd,
          value: predictionDifference(logits, masks, config.predictionDifference.reading),
        })
        if (shares) {
          // Organs that both datasets label are simply supervised by the other's labels.
          const target = { codes: patch.codes, sets: projectSets(model, patch.sets) }
          parts.push({ name: 'loss.shared', weight: weights.pd, value: supervisedLoss(model, output, target, shape) })
        }
      }
      if (usesFeatures) {
        const features = organFeatures(output.features, shape, background, organs)
        parts.push({ name: 'loss.featureDifference', weight: weights.fd, value: featureDifference(features, own) })
      }
      return parts
    })
    return outcome && { ...outcome, dice: [] }
  }

  return {
    learn(model: StageModel, { patch, dataset, own }: StepPatch, { step, steps }) {
      const fd = rampedWeight(config.featureDifference, step, steps)
      if (own) return learnOwn(model, patch, { seg: rampedWeight(config.supervised, step, steps), fd })
      const pd = rampedWeight(config.predictionDifference, step, steps)
      return learnForeign(model, patch, dataset, { pd, fd })
    },
    onValidation() {},
    takeCounters: () => [],
    save: () => ({ arrays: saveFeatures(running), state: {} }),
    restore: (arrays) => restoreFeatures(running, arrays),
  }
}

/** Dice of single organs present in a patch, by union class; merged sets have no single organ to speak of. */
export function singleOrganDice(
  model: StageModel,
  patch: Patch,
  output: NetworkOutput,
  classCount: number,
): PatchOutcome['dice'] {
  const predicted = predictedClasses(model, output.logits[0]!)
  return patchDice(predicted, patch, classCount).flatMap(({ classes, dice }) =>
    classes.length === 1 ? [{ unionClass: classes[0]!, dice }] : [],
  )
}
