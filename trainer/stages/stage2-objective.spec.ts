import { afterAll, describe, expect, it } from 'vitest'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import { applyAdamW } from '../optimiser/adamw.ts'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { accuracyKey } from './objective.ts'
import { createStage2Objective } from './stage2-objective.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { patchWith, TINY_PATCH, tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

// The models differ in their heads alone, so their features start out equal: model 1 sees another image.
const models = createStageModels(tinyStudy, 2, tinyPlan, tinyConfig())
afterAll(() => disposeModels(models))

const ownPatch = patchWith([[[1], 60], [[3], 40]], [0]) // prettier-ignore
const foreignPatch = patchWith([[[3], 60], [[4], 40]], [0, 1, 2]) // prettier-ignore
const otherImage: Patch = { ...ownPatch, image: ownPatch.image.map((value, v) => -value + Math.sin(v)) }
const off = { enabled: false }
const [SUPERVISED, SIMILARITY, FEATURES] = ['loss.supervised', 'loss.predictionSimilarity', 'loss.featureSimilarity']

function objectiveOf(stage2: RunConfigInput['stage2'] = {}) {
  const objective = createStage2Objective(tinyStudy, TINY_PATCH, tinyConfig({ stage2 }).stage2, models)
  const learn = (pupil: number, patch: Patch, own: boolean, step = 50) => {
    const outcome = objective.learn(
      models[pupil]!,
      { patch, dataset: own ? pupil : 1 - pupil, own },
      { step, steps: 100, balance: 0.5 },
    )
    objective.hear([objective.takeNews()])
    if (outcome) tf.dispose([...outcome.gradients.values()])
    return outcome
  }
  return { objective, learn }
}
const accuracies = (first: number, second: number) =>
  new Map([1, 2, 3, 4].flatMap((c) => [[accuracyKey(0, c), first] as const, [accuracyKey(1, c), second] as const]))
const names = (outcome: { values: Record<string, number> } | null) =>
  outcome && Object.keys(outcome.values).filter((name) => name !== 'loss')

describe('the terms', () => {
  /** Model 1 is better everywhere, and has shown its features. */
  const prepared = (stage2: RunConfigInput['stage2']) => {
    const made = objectiveOf(stage2)
    made.objective.onValidation(accuracies(0.5, 0.9))
    made.learn(1, otherImage, true)
    return made
  }
  it.each([
    { what: 'all', stage2: {}, own: [SUPERVISED, FEATURES], foreign: [SIMILARITY, FEATURES] },
    { what: 'no feature similarity', stage2: { featureSimilarity: off }, own: [SUPERVISED], foreign: [SIMILARITY] },
    {
      what: 'no prediction similarity',
      stage2: { predictionSimilarity: off },
      own: [SUPERVISED, FEATURES],
      foreign: [FEATURES],
    },
    {
      what: 'neither',
      stage2: { predictionSimilarity: off, featureSimilarity: off },
      own: [SUPERVISED],
      foreign: null,
    },
    { what: 'no supervision', stage2: { supervised: off }, own: [FEATURES], foreign: [SIMILARITY, FEATURES] },
  ])('$what: the switch removes the term', ({ stage2, own, foreign }) => {
    const { learn } = prepared(stage2)
    expect(names(learn(0, ownPatch, true))).toEqual(own)
    expect(names(learn(0, foreignPatch, false))).toEqual(foreign)
  })

  it('ramp up: at step 0 only the own labels teach', () => {
    const { learn } = prepared({})
    expect(names(learn(0, ownPatch, true, 0))).toEqual([SUPERVISED])
    expect(learn(0, foreignPatch, false, 0)).toBeNull()
  })

  it('weigh as configured', () => {
    const { values } = prepared({}).learn(0, foreignPatch, false)!
    expect(values['loss']).toBeCloseTo(0.5 * values[SIMILARITY!]! + 0.3 * values[FEATURES!]!, 4)
  })
})

describe('prediction similarity to a peer', () => {
  const alone = { predictionSimilarity: { reading: 'peer' as const, ramp: 0 }, featureSimilarity: off }

  it('asks the model of the dataset that the patch comes from', () => {
    const { learn } = objectiveOf(alone)
    const before = learn(0, foreignPatch, false)!.values[SIMILARITY!]!
    const bias = models[1]!.parameters.get('head.0.bias')!
    const kept = bias.clone()
    bias.assign(bias.add(tf.tensor1d([0, 0, 0, 8, 0])))
    const after = learn(0, foreignPatch, false)!.values[SIMILARITY!]!
    bias.assign(kept)
    kept.dispose()
    expect(Math.abs(after - before)).toBeGreaterThan(0.05)
    expect(learn(0, foreignPatch, false)!.values[SIMILARITY!]).toBeCloseTo(before, 5)
  })

  it('leaves own patches to their labels', () => {
    const [peer, labels] = [objectiveOf(alone), objectiveOf({ featureSimilarity: off })]
    expect(peer.learn(0, ownPatch, true)!.values).toEqual(labels.learn(0, ownPatch, true)!.values)
  })
})

describe('dynamic feature similarity', () => {
  it('pulls the worse model to the better one, and not the other way round', () => {
    const { objective, learn } = objectiveOf()
    objective.onValidation(accuracies(0.5, 0.9))
    learn(0, ownPatch, true)
    learn(1, otherImage, true)
    expect(learn(0, ownPatch, true)!.values[FEATURES!]).toBeGreaterThan(0)
    expect(learn(1, otherImage, true)!.values[FEATURES!]).toBe(0)
  })

  it('pulls less when the lead is smaller: min(1, 5 x lead)', () => {
    const pull = (first: number) => {
      const { objective, learn } = objectiveOf()
      objective.onValidation(accuracies(first, 0.9))
      learn(1, otherImage, true)
      return learn(0, ownPatch, true)!.values[FEATURES!]!
    }
    expect(pull(0.8) / pull(0.3)).toBeCloseTo(0.5, 4)
    expect(pull(0.5)).toBeCloseTo(pull(0.1), 6)
  })

  it('teaches nothing while nobody was measured, even as the only term', () => {
    const { learn } = objectiveOf({ supervised: off, featureSimilarity: { ramp: 0 } })
    expect(learn(0, ownPatch, true)).toBeNull()
  })

  it('says so with a zero beside the other terms', () => {
    expect(objectiveOf().learn(0, ownPatch, true)!.values[FEATURES!]).toBe(0)
  })

  it('counts how often each model was the best, and starts again', () => {
    const { objective, learn } = objectiveOf()
    objective.onValidation(accuracies(0.5, 0.9))
    learn(0, ownPatch, true)
    const counters = objective.takeCounters()
    expect(counters.length).toBeGreaterThan(0)
    expect(counters.every(({ name, model }) => name === 'featureSimilarity.timesBest' && model === 1)).toBe(true)
    expect(objective.takeCounters()).toEqual([])
  })

  it('moves accuracies by half with each validation', () => {
    const { objective } = objectiveOf()
    objective.onValidation(accuracies(0.4, 0.8))
    objective.onValidation(accuracies(0.8, 0.8))
    const accuracy = new Map(objective.save().state['accuracy'] as [string, number][])
    expect(accuracy.get(accuracyKey(0, 1))).toBeCloseTo(0.6, 6)
    expect(accuracy.get(accuracyKey(1, 1))).toBeCloseTo(0.8, 6)
  })

  it('can measure accuracy on patches instead', () => {
    const { objective, learn } = objectiveOf({ accuracySource: 'patch' })
    objective.onValidation(accuracies(0.4, 0.8))
    expect(objective.save().state['accuracy']).toEqual([])
    learn(0, ownPatch, true)
    const measured = (objective.save().state['accuracy'] as [string, number][]).map(([key]) => key)
    expect(measured).toEqual([accuracyKey(0, 1), accuracyKey(0, 3)])
  })

  it('knows of the other models what they had learned when the step began, in whichever process', () => {
    const [here, there] = [objectiveOf(), objectiveOf()]
    for (const { objective } of [here, there]) objective.onValidation(accuracies(0.5, 0.9))
    const at = { step: 50, steps: 100, balance: 0.5 }
    const pull = () => {
      const outcome = here.objective.learn(models[0]!, { patch: ownPatch, dataset: 0, own: true }, at)!
      tf.dispose([...outcome.gradients.values()])
      return outcome.values[FEATURES!]
    }
    const taught = there.objective.learn(models[1]!, { patch: otherImage, dataset: 1, own: true }, at)!
    tf.dispose([...taught.gradients.values()])
    expect(pull()).toBe(0)
    here.objective.hear([here.objective.takeNews(), there.objective.takeNews()])
    expect(pull()).toBeGreaterThan(0)
  })

  it('goes on after a checkpoint as before', () => {
    const [first, second] = [objectiveOf(), objectiveOf()]
    first.objective.onValidation(accuracies(0.5, 0.9))
    first.learn(1, otherImage, true)
    const { arrays, state } = first.objective.save()
    second.objective.restore(arrays, JSON.parse(JSON.stringify(state)) as Record<string, unknown>)
    expect(second.learn(0, ownPatch, true)!.values).toEqual(first.learn(0, ownPatch, true)!.values)
    expect(second.objective.takeCounters()).toEqual(first.objective.takeCounters())
  })
})

it('leaks nothing in a step: own patch, foreign patch, update', async () => {
  const { objective } = objectiveOf()
  objective.onValidation(accuracies(0.5, 0.9))
  const step = () => {
    for (const pupil of [0, 1]) {
      const model = models[pupil]!
      for (const [patch, own] of [
        [ownPatch, true],
        [foreignPatch, false],
      ] as const) {
        // prettier-ignore
        const outcome = objective.learn(model, { patch, dataset: pupil, own }, { step: 50, steps: 100, balance: 0.5 })!
        applyAdamW(model.parameters, outcome.gradients, model.adam, 1e-3, { weightDecay: 0, gradientClip: 5 })
      }
    }
  }
  step()
  expect(await leakedTensors(step)).toBe(0)
})
