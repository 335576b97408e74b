// The methods that mutual learning is compared with, each as a real, tiny run: what it trains, killed and resumed, scored,
// predicting and exporting. What they learn is nothing.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from '../contract/methods.ts'
import type { StageNumber } from '../contract/run-config.ts'
import { readSafetensors } from '../trainer/model-files/safetensors.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { atStep, startAndKill } from './helpers/kill-trainer.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, runFolderOf, trainTiny, type Training } from './helpers/train-tiny.ts'

const timeout = 180_000
const few = [
  'shared.steps=10',
  'shared.validateEvery=5',
  'stage1.steps=10',
  'stage1.validateEvery=5',
  'checkpoint.everySeconds=0',
]
const datasets = ['site-a', 'site-c']

let tiny: TinyStudy
beforeAll(async () => void (tiny = await openTinyStudy({ testCases: 1 })), timeout)
afterAll(() => tiny.services.close())

const lossesOf = ({ metrics }: Training, stage: StageNumber): string[] =>
  [...new Set(metrics.filter((metric) => metric.stage === stage).map(({ name }) => name))]
    .filter((name) => name.startsWith('loss.'))
    .sort()
const resultOf = (name: string): Record<string, string> =>
  hashFiles(join(runFolderOf(tiny.services, name), 'checkpoints'))

/** Trains it twice, the second time killed in the middle of each stage; then uses it as a lab would. */
async function tryRival(method: Method, stages: readonly StageNumber[]): Promise<Training> {
  const training = await trainTiny(tiny.services, { name: method, method, datasets, set: few })
  expect(training.state).toBe('finished')
  const killed = `${method}-killed`
  tiny.services.createRun({ name: killed, method, datasets, preset: 'quick', set: [...tinySettings, ...few] })
  for (const stage of stages) expect(await startAndKill(tiny.services, killed, atStep(stage, 3, 20))).toBe(true)
  expect(await continueTiny(tiny.services, killed)).toMatchObject({ state: 'finished' })
  expect(resultOf(killed)).toEqual(resultOf(method))
  await useAsAnyRun(method, stages.at(-1)!)
  return training
}

async function useAsAnyRun(run: string, last: StageNumber): Promise<void> {
  const { stage, organs } = await tiny.services.evaluateRun({ run, dataset: 'test' })
  expect(stage).toBe(last)
  expect(organs.filter(({ cases }) => cases > 0).map(({ organ }) => organ)).toEqual(
    expect.arrayContaining(['liver', 'spleen', 'kidney_left']),
  )
  const { home, services, study } = tiny
  const predicted = await services.predictWithRun({
    run,
    input: join(study.test, 'imagesTs'),
    output: join(home, `${run}-p`),
  })
  expect(predicted).toMatchObject({ failures: [], labelMaps: [expect.any(String)] })
  const exported = await services.exportRun({ run, output: join(home, `${run}-e`) })
  expect(exported.failures).toEqual([])
  expect(readdirSync(join(home, `${run}-e`)).filter((file) => file.endsWith('_provenance.nii.gz'))).toHaveLength(6)
}

describe('label-set', () => {
  test(
    'is one network that learns otherwise than the marginal one',
    async () => {
      const training = await tryRival('label-set', [0])
      expect(lossesOf(training, 0)).toEqual(['loss.supervised'])
      await trainTiny(tiny.services, { name: 'marginal', method: 'marginal', datasets, set: few })
      const weights = 'stage0-model1.safetensors'
      expect(resultOf('label-set')[weights]).not.toBe(resultOf('marginal')[weights])
    },
    timeout,
  )
})

describe('dodnet', () => {
  test(
    'is one network that answers for each dataset, fused',
    async () => {
      const training = await tryRival('dodnet', [0])
      expect(lossesOf(training, 0)).toEqual(['loss.supervised'])
      const { arrays } = await readSafetensors(join(training.folder, 'checkpoints', 'stage0-model1.safetensors'))
      const heads = [...arrays.keys()].filter((name) => name.startsWith('head.'))
      expect(heads).toEqual(expect.arrayContaining(['head.controller.kernel', 'head.reduce.kernel']))
      expect(arrays.has('head.0.kernel')).toBe(false)
    },
    timeout,
  )

  test('is of stage 0 alone', () => {
    const request = { name: 'lost', method: 'mutual+' as const, datasets, set: ['shared.head=dynamic'] }
    expect(() => tiny.services.createRun(request)).toThrow(/cannot start from such a head/)
  })
})

describe('ms-kd', () => {
  test(
    'is one network after its teachers, who stay as they are',
    async () => {
      const training = await tryRival('ms-kd', [1, 0])
      expect(lossesOf(training, 1)).toEqual(['loss.supervised'])
      expect(lossesOf(training, 0)).toEqual(['loss.distillation', 'loss.distilledFeatures', 'loss.supervised'])
      expect(Object.keys(resultOf('ms-kd'))).toEqual(
        expect.arrayContaining(['stage0-model1.safetensors', 'stage1-model1.safetensors', 'stage1-model2.safetensors']),
      )
      const teachers = await tiny.services.evaluateRun({ run: 'ms-kd', dataset: 'test', stage: 1 })
      expect(teachers).toMatchObject({ stage: 1, model: 'ensemble' })
    },
    timeout,
  )

  test(
    'takes over the separate models of another run, and teaches the same with them',
    async () => {
      const settings = [...tinySettings, ...few]
      const request = { name: 'taught', method: 'ms-kd' as const, datasets, stages: '0' as const, stage1From: 'ms-kd' }
      tiny.services.createRun({ ...request, preset: 'quick', set: settings })
      expect(await continueTiny(tiny.services, 'taught')).toMatchObject({ state: 'finished' })
      const weights = 'stage0-model1.safetensors'
      expect(Object.keys(resultOf('taught'))).toEqual(['stage0-last.safetensors', weights])
      expect(resultOf('taught')[weights]).toBe(resultOf('ms-kd')[weights])
      expect(await tiny.services.evaluateRun({ run: 'taught', dataset: 'test' })).toMatchObject({ stage: 0 })
      const wrong = { name: 'wrong', method: 'marginal' as const, datasets, stage1From: 'ms-kd', set: settings }
      expect(() => tiny.services.createRun(wrong)).toThrow(/takes nothing over from a stage 1/)
    },
    timeout,
  )
})
