import { afterAll, describe, expect, it } from 'vitest'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { Patch } from '../data/patch.ts'
import { describeStudy } from '../labels/study.ts'
import { label, organ, studyDataset } from '../labels/test-study.ts'
import { applyAdamW } from '../optimiser/adamw.ts'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { createStage1Objective } from './stage1-objective.ts'
import { createStageModels, disposeModels, type StageModel } from './stage-model.ts'
import { patchWith, TINY_ORGANS, TINY_PATCH, tinyConfig, tinyJob, tinyPlan, tinyStudy } from './test-stage.ts'

const models = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig())
const model = models[0]!
afterAll(() => disposeModels(models))

/** Site a labels classes 1 and 2: its background may be 3 or 4. Site b the other way round. */
const ownPatch = patchWith([[[1], 60], [[2], 40]], [0, 3, 4]) // prettier-ignore
const foreignPatch = patchWith([[[3], 60], [[4], 40]], [0, 1, 2]) // prettier-ignore
const off = { enabled: false }

function objectiveOf(stage1: RunConfigInput['stage1'] = {}, study = tinyStudy) {
  const objective = createStage1Objective(study, TINY_PATCH, tinyConfig({ stage1 }).stage1)
  /** Names of the loss parts, and the largest gradient of the head and of the first encoder kernel; null for null. */
  const learn = (patch: Patch, own: boolean, step = 50, pupil: StageModel = model) => {
    const outcome = objective.learn(pupil, { patch, dataset: own ? 0 : 1, own }, { step, steps: 100, balance: 0.5 })
    objective.hear([objective.takeNews()])
    if (outcome === null) return null
    const largest = (name: string) => outcome.gradients.get(name)?.abs().max().dataSync()[0] ?? null
    const summary = {
      values: outcome.values,
      dice: outcome.dice,
      head: largest('head.0.kernel'),
      encoder: largest('encoder.0.0.kernel'),
    }
    tf.dispose([...outcome.gradients.values()])
    return summary
  }
  return { objective, learn }
}
const names = (summary: { values: Record<string, number> } | null) =>
  summary && Object.keys(summary.values).filter((name) => name !== 'loss')

describe('own patches', () => {
  it('are supervised from the first step, whatever the other terms do', () => {
    for (const stage1 of [{}, { predictionDifference: off, featureDifference: off }]) {
      const learnt = objectiveOf(stage1).learn(ownPatch, true, 0)!
      expect(names(learnt)).toEqual(['loss.supervised'])
      expect(learnt.values['loss']).toBeCloseTo(learnt.values['loss.supervised']!, 6)
      expect(learnt.dice.map(({ unionClass }) => unionClass)).toEqual([1, 2])
      expect(learnt.head).toBeGreaterThan(0)
      expect(learnt.encoder).toBeGreaterThan(0)
    }
  })

  it('weigh as configured', () => {
    const learnt = objectiveOf({ supervised: { weight: 3 } }).learn(ownPatch, true)!
    expect(learnt.values['loss']).toBeCloseTo(3 * learnt.values['loss.supervised']!, 4)
  })
})

describe('feature difference to the other models', () => {
  const reading = { featureDifference: { reading: 'other-models' as const, weight: 1, ramp: 0 } }
  const termOf = (summary: { values: Record<string, number> } | null) => summary!.values['loss.featureDifference']

  it('begins once another model has shown its organs, on own patches', () => {
    const { learn } = objectiveOf(reading)
    expect(names(learn(ownPatch, true))).toEqual(['loss.supervised'])
    learn(foreignPatch, true, 50, models[1])
    expect(names(learn(ownPatch, true))).toEqual(['loss.supervised', 'loss.featureDifference'])
    expect(termOf(learn(ownPatch, true))).toBeGreaterThanOrEqual(0)
    expect(names(learn(foreignPatch, false))).toEqual(['loss.predictionDifference'])
  })
})

it('own patches teach nothing when supervision is off, but show their features', () => {
  const { learn } = objectiveOf({ supervised: off, predictionDifference: off })
  expect(learn(ownPatch, true)).toBeNull()
  expect(names(learn(foreignPatch, false))).toEqual(['loss.featureDifference'])
})

describe('foreign patches', () => {
  const both = ['loss.predictionDifference', 'loss.featureDifference']
  it.each([
    { what: 'both terms', stage1: {}, expected: both },
    { what: 'without feature difference', stage1: { featureDifference: off }, expected: [both[0]] },
    { what: 'without prediction difference', stage1: { predictionDifference: off }, expected: [both[1]] },
    { what: 'without both', stage1: { predictionDifference: off, featureDifference: off }, expected: null },
    {
      what: 'weights of zero',
      stage1: { predictionDifference: { weight: 0 }, featureDifference: { weight: 0 } },
      expected: null,
    },
  ])('$what', ({ stage1, expected }) => {
    const { learn } = objectiveOf(stage1)
    learn(ownPatch, true)
    expect(names(learn(foreignPatch, false))).toEqual(expected)
  })

  it('ramp up: nothing at step 0, half the weight at half of the ramp', () => {
    const { learn } = objectiveOf({ featureDifference: off })
    expect(learn(foreignPatch, false, 0)).toBeNull()
    const half = learn(foreignPatch, false, 15)!.values
    expect(half['loss']).toBeCloseTo(0.25 * half['loss.predictionDifference']!, 5)
    const full = learn(foreignPatch, false, 30)!.values
    expect(full['loss']).toBeCloseTo(0.5 * full['loss.predictionDifference']!, 5)
  })

  it('teach features only once the model has features of its own', () => {
    const { learn } = objectiveOf({ predictionDifference: off })
    expect(learn(foreignPatch, false)).toBeNull()
    learn(ownPatch, true)
    const learnt = learn(foreignPatch, false)!
    expect(names(learnt)).toEqual(['loss.featureDifference'])
    // a loss on features alone does not reach the head
    expect(learnt.head).toBeNull()
  })

  it.each([
    { what: 'no organ for certain', patch: patchWith([[[3, 4], 60]], [0, 1, 2]) },
    { what: 'background only', patch: patchWith([], [0, 1, 2]) },
  ])('teach nothing with $what', ({ patch }) => {
    const { learn } = objectiveOf()
    learn(ownPatch, true)
    expect(learn(patch, false)).toBeNull()
  })

  it('teach no features from an organ of less than 8 voxels', () => {
    const tiny = patchWith([[[3], 7]], [0, 1, 2])
    const { learn } = objectiveOf({ predictionDifference: off })
    learn(ownPatch, true)
    expect(learn(tiny, false)).toBeNull()
    expect(names(objectiveOf().learn(tiny, false))).toEqual(['loss.predictionDifference'])
  })

  it('say nothing about organs that may share voxels with the own ones', () => {
    const vocabulary = TINY_ORGANS.map((entry) => (entry.id === 'jaw' ? organ('jaw', { mayOverlap: ['cord'] }) : entry))
    const { learn } = objectiveOf({}, describeStudy({ ...tinyJob, vocabulary }))
    expect(learn(patchWith([[[3], 60]], [0, 1, 2]), false)).toBeNull()
    expect(names(learn(patchWith([[[4], 60]], [0, 1, 2]), false))).toEqual(['loss.predictionDifference'])
  })

  it('supervise organs that both datasets label', () => {
    const [a, b] = tinyJob.datasets
    const datasets = [a!, studyDataset('b', [...b!.labels, label('3', 'stem')], b!.cases)]
    const { learn } = objectiveOf({ featureDifference: off }, describeStudy({ ...tinyJob, datasets }))
    const learnt = learn(patchWith([[[2], 50], [[3], 50]], [0, 1]), false)! // prettier-ignore
    expect(names(learnt)).toEqual(['loss.predictionDifference', 'loss.shared'])
    const { loss, ...parts } = learnt.values
    expect(loss).toBeCloseTo(0.5 * (parts['loss.predictionDifference']! + parts['loss.shared']!), 4)
  })
})

describe('the objective', () => {
  it('remembers features across a checkpoint', () => {
    const [first, second] = [objectiveOf({ predictionDifference: off }), objectiveOf({ predictionDifference: off })]
    first.learn(ownPatch, true)
    const { arrays, state } = first.objective.save()
    second.objective.restore(arrays, state)
    expect(second.learn(foreignPatch, false)!.values).toEqual(first.learn(foreignPatch, false)!.values)
  })

  it('fails clearly when the loss is not a number', () => {
    const broken = { ...ownPatch, image: new Float32Array(ownPatch.image.length).fill(NaN) }
    expect(() => objectiveOf().learn(broken, true)).toThrow(/loss of model 1 became NaN on case tiny/)
  })

  it('leaks nothing in a step: own patch, foreign patch, update', async () => {
    const { objective } = objectiveOf()
    const step = () => {
      for (const [patch, own] of [
        [ownPatch, true],
        [foreignPatch, false],
      ] as const) {
        // prettier-ignore
        const outcome = objective.learn(model, { patch, dataset: own ? 0 : 1, own }, { step: 50, steps: 100, balance: 0.5 })!
        applyAdamW(model.parameters, outcome.gradients, model.adam, 1e-3, { weightDecay: 0, gradientClip: 5 })
      }
    }
    step()
    expect(await leakedTensors(step)).toBe(0)
  })
})
