// Real, tiny trainings by the methods that start with a shared network, and of a study with thick slices.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from '../contract/methods.ts'
import { PlanSchema } from '../contract/plan.ts'
import { readSafetensors } from '../trainer/model-files/safetensors.ts'
import { lossesOf } from './helpers/read-tiny.ts'
import { gullible, openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 120_000

let tiny: TinyStudy
const weights = async (name: string, file: string) =>
  (await readSafetensors(join(runFolderOf(tiny.services, name), 'checkpoints', `${file}.safetensors`))).arrays

beforeAll(async () => {
  tiny = await openTinyStudy()
}, timeout)
afterAll(() => tiny.services.close())

describe('the methods', () => {
  const few = ['shared.steps=10', 'shared.validateEvery=5', 'stage1.steps=10', 'stage2.steps=10']
  const trainBy = (name: string, method: Method, set: string[] = []) =>
    trainTiny(tiny.services, { name, method, datasets: ['site-a', 'site-b'], set: [...few, ...gullible, ...set] })

  test(
    'marginal is one network of all organs; its predictions can be scored',
    async () => {
      const training = await trainBy('marginal', 'marginal')
      expect(training.state).toBe('finished')
      expect([...new Set(training.metrics.map(({ stage }) => stage))]).toEqual([0])
      expect(lossesOf(training, 0)).toEqual(['loss.supervised'])
      const { organs } = tiny.services.getRun('marginal').summary
      expect((await weights('marginal', 'stage0-model1')).get('head.0.bias')?.shape).toEqual([organs.length + 1])
      const { stage, organs: scored } = await tiny.services.evaluateRun({ run: 'marginal', dataset: 'site-a' })
      expect(stage).toBe(0)
      expect(scored.filter(({ cases }) => cases > 0).map(({ organ }) => organ)).toContain('liver')
    },
    timeout,
  )

  test(
    'marginal-exclusion has the exclusion loss, too',
    async () => expect(lossesOf(await trainBy('exclusion', 'marginal-exclusion'), 0)).toContain('loss.exclusion'),
    timeout,
  )

  test(
    'mutual+ starts both stages from the shared network',
    async () => {
      // At a rate of nearly nothing a stage keeps what it began with.
      const still = ['stage1.learningRate=1e-9', 'stage1.finalLearningRate=0', 'stage2.learningRate=1e-9']
      const training = await trainBy('plus', 'mutual+', still)
      expect(training.state).toBe('finished')
      const shared = await weights('plus', 'stage0-model1')
      for (const file of ['stage1-model1', 'stage1-model2', 'stage2-model1', 'stage2-model2']) {
        const [own, first] = [await weights('plus', file), shared.get('encoder.0.0.kernel')!]
        own.get('encoder.0.0.kernel')!.data.forEach((value, i) => expect(value).toBeCloseTo(first.data[i]!, 5))
      }
      expect(lossesOf(training, 2)).toContain('loss.predictionSimilarity')
    },
    timeout,
  )

  test('a stage 2 from a shared network needs one', () => {
    const request = { name: 'lost', datasets: ['site-a', 'site-b'], set: ['stage2.initialise=shared'] }
    expect(() => tiny.services.createRun(request)).toThrow(
      /stage2\.initialise asks for the shared network, and run .* trains none; choose the method mutual\+/,
    )
  })
})

describe('slices five times as thick as their voxels are wide', () => {
  test(
    'are planned for, learned from and scored on their own grid',
    async () => {
      const set = ['plan.spacingMm=30,6,6', 'plan.patch=8,16,16', 'network.levels=3', ...gullible]
      const training = await trainTiny(tiny.services, { name: 'thick', datasets: ['site-a', 'site-b'], set })
      expect(training.state).toBe('finished')
      const plan = PlanSchema.parse(JSON.parse(readFileSync(join(training.folder, 'plan.json'), 'utf8')))
      expect(plan).toMatchObject({ thickAxis: 0, strides: [[1, 1, 1], [1, 2, 2], [1, 2, 2]] }) // prettier-ignore
      const arrays = await weights('thick', 'stage2-model1')
      expect(arrays.get('encoder.0.0.kernel')!.shape).toEqual([1, 3, 3, 1, 4])
      expect(arrays.get('encoder.2.0.kernel')!.shape.slice(0, 3)).toEqual([3, 3, 3])
      const { organs } = await tiny.services.evaluateRun({ run: 'thick', dataset: 'site-a' })
      expect(organs.filter(({ cases }) => cases > 0).length).toBeGreaterThan(0)
    },
    timeout,
  )
})
