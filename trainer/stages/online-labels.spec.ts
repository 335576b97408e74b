import { afterAll, describe, expect, it } from 'vitest'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { refreshAverage } from '../optimiser/average-weights.ts'
import { labelOnline } from './online-labels.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { patchWith, TINY_PATCH, tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

// Classes 1 cord, 2 stem of site a; 3 jaw, 4 larynx of site b. Voxels 0 to 59 of the patch are cord; jaw and larynx are open.
const patch = patchWith([[[1], 60]], [0, 3, 4]) // prettier-ignore
const voxels = patch.codes.length
const models = createStageModels(tinyStudy, 2, tinyPlan, tinyConfig())
const rules = tinyConfig().pseudoLabels
afterAll(() => disposeModels(models))

/** Every voxel of every image is this to the model. */
const believe = (model: number, bias: number[]): void => {
  const { parameters } = models[model]!
  parameters.get('head.0.kernel')!.assign(tf.zerosLike(parameters.get('head.0.kernel')!))
  parameters.get('head.0.bias')!.assign(tf.tensor1d(bias))
}
const label = () => labelOnline(models, tinyStudy, patch, TINY_PATCH, rules)
const setsOf = (labelled: ReturnType<typeof label>) =>
  Array.from(labelled!.patch.codes, (code) => labelled!.patch.sets[code]!)

describe('what a case leaves open', () => {
  it('is the organ that a competent model is sure of; labelled voxels stay as they are', () => {
    believe(0, [0, 0, 0, 0, 9]) // site a labels no larynx: its model has no say
    believe(1, [0, 0, 0, 9, 0])
    const labelled = label()
    const sets = setsOf(labelled)
    expect(sets.slice(0, 60).every((set) => set.join() === '1')).toBe(true)
    expect(sets.slice(60).every((set) => set.join() === '3')).toBe(true)
    expect(labelled!.labelledShare).toBe(1)
    expect(labelled!.patch.image).toBe(patch.image)
  })

  it('is background where the model is sure of no organ', () => {
    believe(1, [9, 0, 0, 0, 0])
    expect(
      setsOf(label())
        .slice(60)
        .every((set) => set.join() === '0'),
    ).toBe(true)
  })

  it('stays open where it is not sure', () => {
    believe(1, [0, 0, 0, 1, 0]) // 0.4: neither an organ at 0.7 nor none above 0.3
    const labelled = label()
    expect(
      setsOf(labelled)
        .slice(60)
        .every((set) => set.join() === '0,3,4'),
    ).toBe(true)
    expect(labelled!.labelledShare).toBe(0)
  })
})

it('asks the averaged weights, where there are any', () => {
  believe(1, [0, 0, 0, 9, 0])
  const { average, parameters } = models[1]!
  refreshAverage(average!, parameters, 1)
  believe(1, [9, 0, 0, 0, 0])
  expect(
    setsOf(label())
      .slice(60)
      .every((set) => set.join() === '3'),
  ).toBe(true)
})

it('teaches nothing outside the scan, and nothing where no model can tell', () => {
  const everything = patch.sets.length - 1
  const outside = { ...patch, codes: new Int32Array(voxels).fill(everything) }
  const nothingOpen = patchWith([[[1], 60]], [0]) // prettier-ignore
  const labelled = labelOnline(models, tinyStudy, { ...outside, sets: patch.sets }, TINY_PATCH, rules)
  expect(setsOf(labelled).every((set) => set.length === tinyStudy.classCount)).toBe(true)
  expect(labelOnline(models, tinyStudy, nothingOpen, TINY_PATCH, rules)).toBeNull()
})

it('leaks nothing', async () => {
  expect(await leakedTensors(async () => void label())).toBe(0)
})
