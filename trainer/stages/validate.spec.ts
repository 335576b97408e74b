import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeTestCase } from '../data/test-cases.ts'
import { predictCase } from '../inference/predict-case.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { tf } from '../tensor/tensorflow.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'
import { argmaxClasses, meanAccuracy, validateModels, type ValidationCase } from './validate.ts'

const models = createStageModels(tinyStudy, 2, tinyPlan, tinyConfig())
let root = ''
let cases: ValidationCase[] = []
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'validate-'))
  const labels = { codebook: [[], ['1'], ['2']], rule: (z: number) => (z < 3 ? 1 : z < 5 ? 2 : 0) }
  const store = (name: string) =>
    storeTestCase(root, name, [10, 8, 9], labels, (z, y, x) => Math.sin(z + 2 * y + 3 * x))
  cases = [
    { dataset: 0, caseId: 'a1', folder: await store('a1') },
    { dataset: 1, caseId: 'b1', folder: await store('b1') },
  ]
})
afterAll(async () => {
  disposeModels(models)
  await rm(root, { recursive: true, force: true })
})
const validate = (
  usesCase: Parameters<typeof validateModels>[2],
  onCase: Parameters<typeof validateModels>[6] = () => {},
) => validateModels(models, cases, usesCase, tinyStudy, tinyPlan, 0.25, onCase)

/** Model `index` now believes in one class everywhere. */
function convince(index: number, unionClass: number): void {
  const { parameters, classes } = models[index]!
  parameters.get('head.0.kernel')!.assign(tf.zerosLike(parameters.get('head.0.kernel')!))
  parameters.get('head.0.bias')!.assign(tf.tensor1d(classes.map((c) => (c === unionClass ? 9 : 0))))
}

describe('validateModels', () => {
  it('scores each model on the organs that are labelled in each case', async () => {
    convince(0, 1)
    convince(1, 3)
    const told: [string, number[]][] = []
    const table = await validate(
      () => true,
      (_, { caseId, predictions }) => void told.push([caseId, predictions.map(({ model }) => model)]),
    )
    expect(told).toEqual([
      ['a1', [0, 1]],
      ['b1', [0, 1]],
    ])
    // 216 of 720 voxels are class 1 in case a1. A model that sees it everywhere: 2 x 216 / (720 + 216)
    const dice = (2 * 216) / (720 + 216)
    expect([...table].map(([key, value]) => [key, Number(value.toFixed(4))]).sort()).toEqual([
      ['0.1', Number(dice.toFixed(4))],
      ['0.2', 0],
      ['0.3', 0],
      ['0.4', 0],
      ['1.1', 0],
      ['1.2', 0],
      ['1.3', Number(dice.toFixed(4))],
      ['1.4', 0],
    ])
    expect(meanAccuracy(table, 0)).toBeCloseTo(dice / 4, 6)
    expect(meanAccuracy(table, 2)).toBe(-1)
  })

  it('uses the cases that it is told', async () => {
    const table = await validate((model, { dataset }) => dataset === model.index)
    expect([...table.keys()].sort()).toEqual(['0.1', '0.2', '1.3', '1.4'])
  })

  it('leaks nothing', async () => {
    expect(await leakedTensors(() => validate(() => true))).toBe(0)
  })
})

describe('predictCase', () => {
  it('gives probabilities of every voxel, whatever the size, and leaks nothing', async () => {
    for (const shape of [
      [3, 20, 9],
      [8, 8, 8],
    ] as [number, number, number][]) {
      // prettier-ignore
      const image = { shape, image: Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, v) => Math.sin(v)) }
      let probabilities = new Float32Array(0)
      const leaked = await leakedTensors(() => {
        probabilities = predictCase(models[0]!, image, tinyPlan, 0.5) as Float32Array<ArrayBuffer>
      })
      expect(leaked).toBe(0)
      expect(probabilities.length).toBe(image.image.length * 5)
      for (let v = 0; v < image.image.length; v += 37) {
        expect(probabilities.slice(v * 5, v * 5 + 5).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4)
      }
    }
  })
})

it('argmaxClasses names the likeliest class in the numbering of the union', () => {
  expect([...argmaxClasses(Float32Array.of(0.1, 0.9, 0.6, 0.4, 0.5, 0.5), [0, 7])]).toEqual([7, 0, 0])
})
