import { afterAll, describe, expect, it } from 'vitest'
import { segmentationLoss } from '../losses/segmentation-loss.ts'
import { forward } from '../network/unet.ts'
import { tf, type Scalar, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'
import { leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { addGradients, differentiatePatch, supervisedLoss } from './differentiate.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { patchWith, TINY_PATCH, tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

const models = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig())
const model = models[1]!
afterAll(() => disposeModels(models))
const patch = patchWith([[[1], 100]], [0])

describe('differentiatePatch', () => {
  const logitSum = (factor: number) =>
    differentiatePatch(model, patch, TINY_PATCH, ({ logits }) => [
      { name: 'sum', weight: factor, value: logits[0]!.sum() as Scalar },
      { name: 'silent', weight: 1, value: null },
    ])!

  it('weighs the parts, and reports them without their weight', () => {
    const [once, thrice] = [logitSum(1), logitSum(3)]
    expect(Object.keys(once.values)).toEqual(['loss', 'sum', 'silent'])
    expect(once.values['silent']).toBe(0)
    expect(thrice.values['sum']).toBeCloseTo(once.values['sum']!, 4)
    expect(thrice.values['loss']).toBeCloseTo(3 * once.values['sum']!, 3)
    // d sum / d bias: one a voxel, 512 voxels
    expect([...once.gradients.get('head.0.bias')!.dataSync()]).toEqual([512, 512, 512])
    expect([...thrice.gradients.get('head.0.bias')!.dataSync()]).toEqual([1536, 1536, 1536])
  })

  it('is null when every part is silent, and leaks nothing then', async () => {
    const silent = () =>
      differentiatePatch(model, patch, TINY_PATCH, () => [{ name: 'silent', weight: 1, value: null }])
    expect(silent()).toBeNull()
    expect(differentiatePatch(model, patch, TINY_PATCH, () => [])).toBeNull()
    expect(await leakedTensors(silent)).toBe(0)
  })

  it('leaves only the gradients', async () => {
    let count = 0
    const leaked = await leakedTensors(() => (count = logitSum(1).gradients.size))
    expect(count).toBe(model.parameters.size)
    expect(leaked).toBe(count)
  })
})

describe('addGradients', () => {
  it('adds what both have, keeps what one has, and disposes the rest', async () => {
    const make = (entries: Record<string, number>) =>
      new Map(Object.entries(entries).map(([name, value]) => [name, tf.tensor1d([value])]))
    expect(
      addGradients(null, make({ a: 1 }))
        .get('a')!
        .dataSync()[0],
    ).toBe(1)
    let total = new Map<string, ReturnType<typeof tf.tensor>>()
    const leaked = await leakedTensors(() => {
      total = addGradients(make({ a: 1, b: 2 }), make({ b: 10, c: 20 }))
    })
    expect([...total].map(([name, value]) => [name, value.dataSync()[0]])).toEqual([
      ['a', 1],
      ['b', 12],
      ['c', 20],
    ])
    expect(leaked).toBe(3)
  })
})

describe('supervisedLoss', () => {
  it('with deep supervision: coarser outputs count half, on the code in the middle of their voxels', () => {
    const deep = createStageModels(
      tinyStudy,
      2,
      { ...tinyPlan, channels: [2, 2, 2, 2], strides: [[1, 1, 1], [2, 2, 2], [1, 2, 2], [2, 1, 1]] }, // prettier-ignore
      tinyConfig({ network: { deepSupervision: true } }),
    )
    const { spec, parameters } = deep[0]!
    const output = forward(spec, parameters, normalTensor<Tensor5D>('x', [1, ...TINY_PATCH, 1]))
    expect(output.logits.map(({ shape }) => shape.slice(1, 4))).toEqual([
      [8, 8, 8],
      [4, 4, 4],
    ])
    // the middle of a coarse voxel of 2 x 2 x 2 is its last fine one: odd z, y and x
    const coarse = Int32Array.from({ length: 64 }, (_, v) => {
      const [z, y, x] = [Math.floor(v / 16), Math.floor(v / 4) % 4, v % 4]
      return patch.codes[((2 * z + 1) * 8 + 2 * y + 1) * 8 + 2 * x + 1]!
    })
    const losses = [patch.codes, coarse].map((codes, i) => {
      const flat = output.logits[i]!.reshape([-1, 5]) as Tensor2D
      return segmentationLoss(flat, { codes, sets: patch.sets }).dataSync()[0]!
    })
    const total = supervisedLoss(deep[0]!, output, patch, TINY_PATCH, 0.5).dataSync()[0]
    expect(total).toBeCloseTo((losses[0]! + losses[1]! / 2) / 1.5, 4)
    disposeModels(deep)
  })
})
