import { afterAll, describe, expect, it } from 'vitest'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { meetsAfter, moveToMean } from './consensus.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

const [partial, full] = [1, 2].map((stage) => createStageModels(tinyStudy, stage as 1 | 2, tinyPlan, tinyConfig()))
afterAll(() => [partial!, full!].forEach(disposeModels))
const bias = (models: typeof full, index: number, name: string) => models![index]!.parameters.get(name)!

describe('moveToMean', () => {
  it.each([
    { share: 0.5, first: 1.5, second: 2.5 },
    { share: 1, first: 2, second: 2 },
    { share: 0, first: 1, second: 3 },
  ])('by $share of the way', ({ share, first, second }) => {
    const name = [...full![0]!.parameters.keys()].find((each) => !each.startsWith('head.'))!
    bias(full, 0, name).assign(tf.fill(bias(full, 0, name).shape, 1))
    bias(full, 1, name).assign(tf.fill(bias(full, 1, name).shape, 3))
    moveToMean(full!, share)
    expect(bias(full, 0, name).dataSync()[0]).toBeCloseTo(first, 6)
    expect(bias(full, 1, name).dataSync()[0]).toBeCloseTo(second, 6)
  })

  it('leaves the heads of models with different organs alone, and joins those of full models', () => {
    for (const [models, joined] of [
      [partial, false],
      [full, true],
    ] as const) {
      bias(models, 0, 'head.0.bias').assign(tf.fill(bias(models, 0, 'head.0.bias').shape, 1))
      bias(models, 1, 'head.0.bias').assign(tf.fill(bias(models, 1, 'head.0.bias').shape, 3))
      moveToMean(models!, 1)
      expect(bias(models, 0, 'head.0.bias').dataSync()[0]).toBe(joined ? 2 : 1)
    }
  })

  it('leaks nothing', async () => {
    expect(await leakedTensors(() => moveToMean(full!, 0.5))).toBe(0)
  })
})

describe('meetsAfter', () => {
  const met = (share: number, until: number) =>
    Array.from({ length: 10 }, (_, i) => i + 1).filter((step) => meetsAfter({ share, every: 3, until }, step, 10))
  it.each([
    { share: 0.5, until: 1, steps: [3, 6, 9] },
    { share: 0.5, until: 0.7, steps: [3, 6] },
    { share: 0, until: 1, steps: [] },
  ])('share $share until $until', ({ share, until, steps }) => expect(met(share, until)).toEqual(steps))
})
