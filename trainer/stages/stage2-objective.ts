// Stage 2: full-organ (FOS) models. Supervised on true and pseudo labels; the true labels of the other datasets
// supervise every model (prediction similarity), and whoever is more accurate on an organ lends its features
// (dynamic feature similarity).
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import type { Study } from '../labels/study.ts'
import { dynamicFeatureSimilarity, type Teacher } from '../losses/feature-losses.ts'
import { organFeatures, RunningFeatures, type OrganFeatures } from '../losses/organ-features.ts'
import { viewPatch } from '../losses/patch-view.ts'
import { softCrossEntropy } from '../losses/soft-cross-entropy.ts'
import { featureGrid, forward, type NetworkOutput } from '../network/unet.ts'
import { rampedWeight } from '../optimiser/adamw.ts'
import { networkInput } from '../tensor/network-input.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'
import { differentiatePatch, supervisedLoss, type LossPart } from './differentiate.ts'
import { featureMasks, poolBelief } from './feature-masks.ts'
import { labelOnline } from './online-labels.ts'
import {
  accuracyKey,
  type AccuracyTable,
  type Objective,
  type PatchOutcome,
  type StageProgress,
  type StepPatch,
} from './objective.ts'
import { restoreFeatures, saveFeatures } from './running-feature-state.ts'
import type { StageModel } from './stage-model.ts'
import { singleOrganDice } from './stage1-objective.ts'

/** One process and several learn of the models in another order, and write the same. */
const inOrder = (table: ReadonlyMap<string, number>): [string, number][] =>
  [...table].sort(([a], [b]) => (a < b ? -1 : 1))

/** Share of the old accuracy that a new measurement keeps. */
const VALIDATION_MOMENTUM = 0.5
const PATCH_MOMENTUM = 0.95

/**
 * @param peers the models of the stage, in the order of their datasets
 * @param online by which rules they label patches where they are learned from; null: pseudo labels are in the patch, or none
 */
export function createStage2Objective(
  study: Study,
  shape: Shape,
  config: RunConfig['stage2'],
  peers: readonly StageModel[],
  online: RunConfig['pseudoLabels'] | null = null,
): Objective {
  const running = new RunningFeatures()
  const accuracy: AccuracyTable = new Map()
  /** As all models knew it when the present step began, see RunningFeatures. */
  const settled: AccuracyTable = new Map()
  const timesBest = new Map<string, number>()
  /** Of this step, not told yet. */
  const changed = new Set<string>()
  const counted = new Map<string, number>()

  const blend = (key: string, value: number, momentum: number) => {
    const old = accuracy.get(key)
    accuracy.set(key, old === undefined ? value : momentum * old + (1 - momentum) * value)
    changed.add(key)
  }

  /** The most accurate model on a class, when that is another one whose feature is known. */
  function teacherOf(pupil: number, unionClass: number): Teacher | null {
    const ranked = study.datasets
      .map((_, model) => ({ model, accuracy: settled.get(accuracyKey(model, unionClass)) ?? -1 }))
      .sort((a, b) => b.accuracy - a.accuracy || a.model - b.model)
    const best = ranked[0]!
    if (best.accuracy < 0) return null
    const key = accuracyKey(best.model, unionClass)
    counted.set(key, (counted.get(key) ?? 0) + 1)
    const feature = running.getSettled(best.model, unionClass)
    if (best.model === pupil || feature === null) return null
    return { model: best.model, feature, lead: best.accuracy - (settled.get(accuracyKey(pupil, unionClass)) ?? 0) }
  }

  /** Agreement with what the model of the patch's own dataset predicts there. */
  function peerLoss(output: NetworkOutput, peer: StageModel, patch: Patch): Scalar {
    const taught = readValues(() => {
      const x = networkInput(patch.image, shape)
      return tf.softmax(forward(peer.spec, peer.parameters, x).logits[0]!)
    })
    return softCrossEntropy(output.logits[0]!.reshape([-1, study.classCount]) as Tensor2D, taught)
  }

  function features(model: StageModel, patch: Patch, output: NetworkOutput): OrganFeatures | null {
    const grid = featureGrid(output)
    const weights = poolBelief(viewPatch(output.logits[0]!, patch.codes), patch.sets, shape, grid)
    const belief = { weights, classCount: study.classCount }
    const { background, organs } = featureMasks(patch, shape, grid, model.classes.slice(1), belief)
    return organFeatures(output.features, background, organs)
  }

  /** The patch with what its case leaves open labelled by the models, where that is asked for. */
  function withOnlineLabels(patch: Patch, own: boolean): { patch: Patch; values: Record<string, number> } {
    const asked = online !== null && (own || (online.onlineForeign && config.predictionSimilarity.reading === 'labels'))
    const labels = asked ? labelOnline(peers, study, patch, shape, online) : null
    return labels ? { patch: labels.patch, values: { onlineLabelled: labels.labelledShare } } : { patch, values: {} }
  }

  return {
    learn(
      model: StageModel,
      { patch: drawn, own, dataset }: StepPatch,
      { step, steps, balance }: StageProgress,
    ): PatchOutcome | null {
      const supervision = own ? config.supervised : config.predictionSimilarity
      const seg = rampedWeight(supervision, step, steps)
      const dfs = rampedWeight(config.featureSimilarity, step, steps)
      if (seg === 0 && dfs === 0) return null
      const { patch, values } = withOnlineLabels(drawn, own)
      let dice: PatchOutcome['dice'] = []
      const outcome = differentiatePatch(model, patch, shape, (output) => {
        dice = singleOrganDice(model, patch, output, study.classCount)
        const parts: LossPart[] = []
        const name = own ? 'loss.supervised' : 'loss.predictionSimilarity'
        if (seg > 0) {
          const asksPeer = !own && config.predictionSimilarity.reading === 'peer'
          const value = asksPeer
            ? peerLoss(output, peers[dataset]!, patch)
            : supervisedLoss(model, output, patch, shape, balance)
          parts.push({ name, weight: seg, value })
        }
        if (config.featureSimilarity.enabled) {
          const organs = features(model, patch, output)
          const value = dynamicFeatureSimilarity(organs, (c) => teacherOf(model.index, c), config.featureSimilarityGain)
          if (dfs > 0) parts.push({ name: 'loss.featureSimilarity', weight: dfs, value })
          if (organs) running.updateAll(model.index, organs)
        }
        return parts
      })
      if (config.accuracySource === 'patch') {
        for (const organ of dice) blend(accuracyKey(model.index, organ.unionClass), organ.dice, PATCH_MOMENTUM)
      }
      return outcome && { ...outcome, values: { ...outcome.values, ...values }, dice: own ? dice : [] }
    },
    onValidation(measured) {
      if (config.accuracySource !== 'validation') return
      for (const [key, value] of measured) blend(key, value, VALIDATION_MOMENTUM)
      // Every process has measured the same: there is nothing to tell.
      for (const key of measured.keys()) settled.set(key, accuracy.get(key)!)
      changed.clear()
    },
    takeNews() {
      const news = {
        features: running.takeChanged(),
        accuracy: [...changed].map((key): [string, number] => [key, accuracy.get(key)!]),
        counts: [...counted],
      }
      changed.clear()
      counted.clear()
      return news
    },
    hear(news) {
      for (const { features, accuracy: values, counts } of news) {
        running.settle(features)
        for (const [key, value] of values) {
          accuracy.set(key, value)
          settled.set(key, value)
        }
        for (const [key, times] of counts) timesBest.set(key, (timesBest.get(key) ?? 0) + times)
      }
    },
    takeCounters() {
      const counters = [...timesBest].map(([key, value]) => {
        const [model, unionClass] = key.split('.').map(Number) as [number, number]
        return { name: 'featureSimilarity.timesBest', model, unionClass, value }
      })
      timesBest.clear()
      return counters
    },
    save: () => ({
      arrays: saveFeatures(running),
      state: { accuracy: inOrder(accuracy), timesBest: inOrder(timesBest) },
    }),
    restore(arrays, state) {
      restoreFeatures(running, arrays)
      accuracy.clear()
      settled.clear()
      for (const [key, value] of (state['accuracy'] ?? []) as [string, number][]) {
        accuracy.set(key, value)
        settled.set(key, value)
      }
      timesBest.clear()
      for (const [key, value] of (state['timesBest'] ?? []) as [string, number][]) timesBest.set(key, value)
    },
  }
}
