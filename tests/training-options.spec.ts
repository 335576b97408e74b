// Real, tiny trainings of what the other end-to-end tests leave out: overlapping organ sets, merged labels, organs that
// are missing in some cases, stages trained apart, every switch of the method. What they learn is nothing.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSafetensors } from '../trainer/model-files/safetensors.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { acceptedOf, labelledCases, lossesOf, organsMet, trainTenSteps } from './helpers/read-tiny.ts'
import { gullible, openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'

const timeout = 120_000

let tiny: TinyStudy

beforeAll(async () => {
  // In two of the three cases of site B nobody looked for the pancreas.
  const forget = (folder: string, id: string) => rmSync(join(folder, id, 'segmentations', 'pancreas.nii.gz'))
  tiny = await openTinyStudy({
    prepare: ({ sites }) => ['PHB_001', 'PHB_002'].forEach((id) => forget(sites[1]!.folder, id)),
  })
}, timeout)
afterAll(() => tiny.services.close())

describe('organ sets', () => {
  test(
    'two datasets that share an organ, one with a merged label',
    async () => {
      const training = await trainTenSteps(tiny, 'overlapping', ['site-a', 'site-c'], gullible)
      expect(training.state).toBe('finished')
      // The spleen is labelled by both; the kidneys of site C are one label of two organs.
      expect(tiny.services.getRun('overlapping').summary.organs).toEqual(
        expect.arrayContaining(['spleen', 'kidney_left', 'kidney_right', 'liver']),
      )
      expect(lossesOf(training, 1)).toContain('loss.shared')
      expect(organsMet(training, 1, 1)).toContain('spleen')
      expect(organsMet(training, 1, 2)).toContain('spleen')
      // Merged organs are never scored one by one, and never told apart by pseudo labels of a model that cannot.
      expect(organsMet(training, 1, 2)).not.toContain('kidney_left')
      for (const id of labelledCases(tiny, 'overlapping', 'site-a')) {
        const accepted = await acceptedOf(tiny, 'overlapping', 'site-a', id)
        expect(accepted).not.toContain('kidney_left')
        expect(accepted).not.toContain('kidney_right')
        expect(accepted).not.toContain('liver')
      }
    },
    timeout,
  )

  test(
    'an organ that is labelled in some cases of a dataset only is open in the others',
    async () => {
      const training = await trainTenSteps(tiny, 'some-cases', ['site-b', 'site-a'], [...gullible, 'seed=3'])
      expect(training.state).toBe('finished')
      const accepted = new Map<string, string[]>()
      for (const id of labelledCases(tiny, 'some-cases', 'site-b'))
        accepted.set(id, await acceptedOf(tiny, 'some-cases', 'site-b', id))
      const open = [...accepted].filter(([id]) => id !== 'PHB_003')
      expect(open.length).toBeGreaterThan(0)
      expect(accepted.get('PHB_003') ?? []).not.toContain('pancreas')
      for (const organ of ['kidney_left', 'kidney_right']) {
        for (const organs of accepted.values()) expect(organs).not.toContain(organ)
      }
      expect(open.some(([, organs]) => organs.includes('pancreas'))).toBe(true)
    },
    timeout,
  )
})

describe('stages', () => {
  test(
    '1, then 2 from it, give what both at once give',
    async () => {
      const both = await trainTenSteps(tiny, 'both', ['site-a', 'site-b'], [])
      const first = await trainTenSteps(tiny, 'first', ['site-a', 'site-b'], [], '1')
      expect(first.state).toBe('finished')
      expect(lossesOf(first, 2)).toEqual([])
      const second = await trainTenSteps(tiny, 'second', ['site-a', 'site-b'], [], '2', 'first')
      expect(second.state).toBe('finished')
      expect(lossesOf(second, 1)).toEqual([])
      expect(lossesOf(second, 2)).toEqual(['loss.featureSimilarity', 'loss.predictionSimilarity', 'loss.supervised'])
      expect({
        ...hashFiles(join(first.folder, 'checkpoints')),
        ...hashFiles(join(second.folder, 'checkpoints')),
      }).toEqual(hashFiles(join(both.folder, 'checkpoints')))
    },
    timeout,
  )

  test(
    'a stage ends early when validation stops getting better',
    async () => {
      const set = ['stage1.steps=1000', 'stage1.validateEvery=1', 'stage1.earlyStopPatience=2']
      const training = await trainTenSteps(
        tiny,
        'patience',
        ['site-a', 'site-b'],
        [...set, 'optimiser.learningRate=1e-12'],
        '1',
      )
      expect(training.state).toBe('finished')
      const final = training.events.find((event) => event.type === 'checkpoint' && event.kind === 'final')
      // The first validation is better than none; the two after it are not better than the first.
      expect(final).toMatchObject({ stage: 1, step: 3 })
    },
    timeout,
  )
})

describe('the terms of the method', () => {
  const stage1 = ['loss.featureDifference', 'loss.predictionDifference', 'loss.supervised']
  const stage2 = ['loss.featureSimilarity', 'loss.predictionSimilarity', 'loss.supervised']
  const pair = ['site-a', 'site-b']

  test(
    'all are there by default, with one patch an update or several',
    async () => {
      const one = await trainTenSteps(tiny, 'one', tiny.datasets, [])
      const two = await trainTenSteps(tiny, 'two', tiny.datasets, ['optimiser.batch=2'])
      for (const training of [one, two]) {
        expect(training.state).toBe('finished')
        expect(lossesOf(training, 1)).toEqual(expect.arrayContaining(stage1))
        expect(lossesOf(training, 2)).toEqual(stage2)
      }
      expect(hashFiles(join(two.folder, 'checkpoints'))).not.toEqual(hashFiles(join(one.folder, 'checkpoints')))
    },
    timeout,
  )

  test.each([
    ['predictions', ['predictionDifference', 'predictionSimilarity']],
    ['features', ['featureDifference', 'featureSimilarity']],
  ])(
    'those of %s can be off',
    async (what, [difference, similarity]) => {
      const off = [`stage1.${difference}.enabled=off`, `stage2.${similarity}.enabled=off`]
      const training = await trainTenSteps(tiny, `without-${what}`, pair, off)
      expect(training.state).toBe('finished')
      expect(lossesOf(training, 1)).toEqual(stage1.filter((name) => name !== `loss.${difference}`))
      expect(lossesOf(training, 2)).toEqual(stage2.filter((name) => name !== `loss.${similarity}`))
    },
    timeout,
  )

  test(
    'without pseudo labels, from scratch, with deep supervision',
    async () => {
      const set = ['stage2.pseudoSupervision=off', 'stage2.initialise=scratch', 'pseudoLabels.calibrate=off']
      const deep = [
        'network.levels=4',
        'plan.patch=16,32,32',
        'network.deepSupervision=on',
        'stage2.accuracySource=patch',
      ]
      const training = await trainTenSteps(tiny, 'plain', pair, [...set, ...deep])
      expect(training.state).toBe('finished')
      expect(existsSync(join(training.folder, 'pseudo-labels'))).toBe(false)
      // A FOS model meets its own dataset's organs alone.
      expect([...organsMet(training, 2, 1)].sort()).toEqual(['liver', 'spleen', 'stomach'])
      const { arrays } = await readSafetensors(join(training.folder, 'checkpoints', 'stage2-model1.safetensors'))
      expect([...arrays.keys()].filter((name) => /^head\.\d\.kernel$/.test(name))).toEqual([
        'head.0.kernel',
        'head.1.kernel',
      ])
      for (const { data } of arrays.values()) expect(data.every(Number.isFinite)).toBe(true)
    },
    timeout,
  )
})
