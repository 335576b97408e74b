// Stage 1: partial-organ (POS) models. Supervised on their own labels; other datasets' organs tell them where their
// own organs cannot be (prediction difference) and what their features must not look like (feature difference).
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import { featureDifference } from '../losses/feature-losses.ts'
import { organFeatures, RunningFeatures, type OrganFeatures } from '../losses/organ-features.ts'
import { predictionDifference } from '../losses/prediction-difference.ts'
import { viewDice } from '../losses/patch-dice.ts'
import { countVoxels, viewPatch } from '../losses/patch-view.ts'
import { featureGrid, type NetworkOutput } from '../network/unet.ts'
import { rampedWeight } from '../optimiser/adamw.ts'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { differentiatePatch, projectSets, supervisedLoss, type LossPart } from './differentiate.ts'
import { featureMasks } from './feature-masks.ts'
import { noNews, type Objective, type PatchOutcome, type StepPatch } from './objective.ts'
import { restoreFeatures, saveFeatures } from './running-feature-state.ts'
import type { StageModel } from './stage-model.ts'

interface OwnWeights {
  readonly seg: number
  readonly fd: number
  readonly balance: number
}

export function createStage1Objective(study: Study, shape: Shape, config: RunConfig['stage1']): Objective {
  const running = new RunningFeatures()

  const { reading: featureReading } = config.featureDifference

  function learnOwn(model: StageModel, patch: Patch, weights: OwnWeights): PatchOutcome | null {
    const target = { codes: patch.codes, sets: projectSets(model, patch.sets) }
    let dice: PatchOutcome['dice'] = []
    const outcome = differentiatePatch(model, patch, shape, (output) => {
      dice = singleOrganDice(model, patch, output, study.classCount)
      const parts: LossPart[] = []
      if (weights.seg > 0) {
        const value = supervisedLoss(model, output, target, shape, weights.balance)
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
  function ownFeatures(model: StageModel, patch: Patch, output: NetworkOutput): OrganFeatures | null {
    const { background, organs } = featureMasks(patch, shape, featureGrid(output), model.classes.slice(1), null)
    const features = organFeatures(output.features, background, organs)
    if (features) running.updateAll(model.index, features)
    return features
  }

  /** Running features that the other models have of organs which this one does not know. */
  const featuresOfOthers = (model: StageModel): Float32Array[] =>
    study.ownClasses.flatMap((classes, other) =>
      classes.filter((c) => !model.classes.includes(c)).flatMap((c) => running.getSettled(other, c) ?? []),
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
    weights: { pd: number; fd: number; balance: number },
  ): PatchOutcome | null {
    const organs = presentOrgans(patch, foreignOrgans(model, patch))
    const shares = study.ownClasses[dataset]!.some((c) => model.classes.includes(c))
    const own = model.classes.slice(1).flatMap((c) => running.get(model.index, c) ?? [])
    const usesFeatures = featureReading === 'own-features' && weights.fd > 0 && own.length > 0 && organs.length > 0
    if (!(weights.pd > 0 && (organs.length > 0 || shares)) && !usesFeatures) return null
    const outcome = differentiatePatch(model, patch, shape, (output) => {
      const parts: LossPart[] = []
      const logits = output.logits[0]!.reshape([-1, model.spec.classes]) as Tensor2D
      if (weights.pd > 0) {
        const view = viewPatch(output.logits[0]!, patch.codes)
        const { reading } = config.predictionDifference
        const value = predictionDifference(logits, view, patch.sets, organs, reading) ?? tf.scalar(0)
        parts.push({ name: 'loss.predictionDifference', weight: weights.pd, value })
        if (shares) {
          // Organs that both datasets label are simply supervised by the other's labels.
          const target = { codes: patch.codes, sets: projectSets(model, patch.sets) }
          parts.push({
            name: 'loss.shared',
            weight: weights.pd,
            value: supervisedLoss(model, output, target, shape, weights.balance),
          })
        }
      }
      if (usesFeatures) {
        const masks = featureMasks(patch, shape, featureGrid(output), organs, null)
        const features = organFeatures(output.features, masks.background, masks.organs)
        parts.push({ name: 'loss.featureDifference', weight: weights.fd, value: featureDifference(features, own) })
      }
      return parts
    })
    return outcome && { ...outcome, dice: [] }
  }

  return {
    learn(model: StageModel, { patch, dataset, own }: StepPatch, { step, steps, balance }) {
      const fd = rampedWeight(config.featureDifference, step, steps)
      if (own) return learnOwn(model, patch, { seg: rampedWeight(config.supervised, step, steps), fd, balance })
      const pd = rampedWeight(config.predictionDifference, step, steps)
      return learnForeign(model, patch, dataset, { pd, fd, balance })
    },
    onValidation() {},
    takeNews: () => ({ ...noNews, features: running.takeChanged() }),
    hear(news) {
      for (const { features } of news) running.settle(features)
    },
    takeCounters: () => [],
    save: () => ({ arrays: saveFeatures(running), state: {} }),
    restore: (arrays) => restoreFeatures(running, arrays),
  }
}

/** Of some classes, those with at least one voxel that is certainly theirs. */
function presentOrgans({ codes, sets }: Patch, classes: ClassSet): ClassSet {
  const counts = countVoxels(codes)
  return classes.filter((c) => sets.some((set, code) => set.length === 1 && set[0] === c && (counts[code] ?? 0) > 0))
}

/** Dice of single organs present in a patch, by union class; merged sets have no single organ to speak of. */
export function singleOrganDice(
  model: StageModel,
  patch: Patch,
  output: NetworkOutput,
  classCount: number,
): PatchOutcome['dice'] {
  const view = viewPatch(output.logits[0]!, patch.codes)
  return viewDice(view, model.classes, patch.sets, classCount).flatMap(({ classes, dice }) =>
    classes.length === 1 ? [{ unionClass: classes[0]!, dice }] : [],
  )
}
