// Real, tiny trainings of what the other end-to-end tests leave out: overlapping organ sets, merged labels, organs that
// are missing in some cases, stages trained apart, every switch of the method. What they learn is nothing.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from '../contract/methods.ts'
import type { StageNumber } from '../contract/run-config.ts'
import { readSafetensors } from '../trainer/checkpoint/safetensors.ts'
import { readZarrAttributes } from '../trainer/imaging/zarr-group.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, runFolderOf, trainTiny, type Training } from './helpers/train-tiny.ts'

/** Metrics are written every ten steps. */
const tenSteps = ['stage1.steps=10', 'stage2.steps=10', 'stage1.validateEvery=10', 'stage2.validateEvery=10']
/** Whatever a model believes most becomes a pseudo label. */
const gullible = [
  'pseudoLabels.organThreshold=0',
  'pseudoLabels.oddsMargin=0',
  'pseudoLabels.volumeRange=0,1000000',
  'pseudoLabels.ignoreCut=false',
]
const timeout = 120_000

let tiny: TinyStudy
const train = (name: string, datasets: string[], set: string[], stages?: '1' | '2', stage1From?: string) =>
  trainTiny(tiny.services, {
    name,
    datasets,
    set: [...tenSteps, ...set],
    ...(stages ? { stages } : {}),
    ...(stage1From ? { stage1From } : {}),
  })
const lossesOf = ({ metrics }: Training, stage: StageNumber): string[] =>
  [...new Set(metrics.filter((metric) => metric.stage === stage).map(({ name }) => name))]
    .filter((name) => name.startsWith('loss.'))
    .sort()
/** Organs that a model met on patches of its own dataset, in true or pseudo labels. */
const organsMet = ({ metrics }: Training, stage: 1 | 2, model: number): Set<string | null> =>
  new Set(
    metrics
      .filter((metric) => metric.name === 'dice' && metric.stage === stage && metric.model === model)
      .map(({ organ }) => organ),
  )
const acceptedOf = async (name: string, dataset: string, caseId: string): Promise<string[]> => {
  const folder = join(runFolderOf(tiny.services, name), 'pseudo-labels', dataset, `${caseId}.zarr`)
  const { organs } = tiny.services.getRun(name).summary
  const { acceptedClasses } = await readZarrAttributes(folder)
  return (acceptedClasses as number[]).map((unionClass) => organs[unionClass - 1]!)
}
const labelledCases = (name: string, dataset: string): string[] =>
  readdirSync(join(runFolderOf(tiny.services, name), 'pseudo-labels', dataset)).map((file) => file.replace('.zarr', ''))

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
      const training = await train('overlapping', ['site-a', 'site-c'], gullible)
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
      for (const id of labelledCases('overlapping', 'site-a')) {
        const accepted = await acceptedOf('overlapping', 'site-a', id)
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
      const training = await train('some-cases', ['site-b', 'site-a'], [...gullible, 'seed=3'])
      expect(training.state).toBe('finished')
      const accepted = new Map<string, string[]>()
      for (const id of labelledCases('some-cases', 'site-b'))
        accepted.set(id, await acceptedOf('some-cases', 'site-b', id))
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
      const both = await train('both', ['site-a', 'site-b'], [])
      const first = await train('first', ['site-a', 'site-b'], [], '1')
      expect(first.state).toBe('finished')
      expect(lossesOf(first, 2)).toEqual([])
      const second = await train('second', ['site-a', 'site-b'], [], '2', 'first')
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
      const training = await train('patience', ['site-a', 'site-b'], [...set, 'optimiser.learningRate=1e-12'], '1')
      expect(training.state).toBe('finished')
      const final = training.events.find((event) => event.type === 'checkpoint' && event.kind === 'final')
      // The first validation is better than none; the two after it are not better than the first.
      expect(final).toMatchObject({ stage: 1, step: 3 })
    },
    timeout,
  )
})

describe('the methods', () => {
  const few = ['shared.steps=10', 'shared.validateEvery=5', 'stage1.steps=10', 'stage2.steps=10']
  const trainBy = (name: string, method: Method, set: string[] = []) =>
    trainTiny(tiny.services, { name, method, datasets: ['site-a', 'site-b'], set: [...few, ...gullible, ...set] })
  const weights = async (name: string, file: string) =>
    (await readSafetensors(join(runFolderOf(tiny.services, name), 'checkpoints', `${file}.safetensors`))).arrays

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

describe('the terms of the method', () => {
  const stage1 = ['loss.featureDifference', 'loss.predictionDifference', 'loss.supervised']
  const stage2 = ['loss.featureSimilarity', 'loss.predictionSimilarity', 'loss.supervised']
  const pair = ['site-a', 'site-b']

  test(
    'all are there by default, with one patch an update or several',
    async () => {
      const one = await train('one', tiny.datasets, [])
      const two = await train('two', tiny.datasets, ['optimiser.batch=2'])
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
      const training = await train(`without-${what}`, pair, off)
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
      const training = await train('plain', pair, [...set, ...deep])
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

describe('review', () => {
  const pair = ['site-a', 'site-b']
  // Without mirroring: a right kidney would be met as a left one.
  const everyOrgan = ['sampling.foreground=1', 'augmentation.mirror=off', 'stage2.steps=20', 'seed=3']
  const review = [...gullible, ...everyOrgan, 'pseudoLabels.review=on']
  const answer = (name: string, content: object): void =>
    writeFileSync(join(runFolderOf(tiny.services, name), 'review.json'), JSON.stringify(content))

  test(
    'waits for a person, and what was rejected teaches nobody',
    async () => {
      const waiting = await train('reviewed', pair, review)
      expect(waiting.state).toBe('awaiting-review')
      expect(lossesOf(waiting, 2)).toEqual([])
      const cases = labelledCases('reviewed', 'site-a')
      const accepted = new Set((await Promise.all(cases.map((id) => acceptedOf('reviewed', 'site-a', id)))).flat())
      const [rejected, ...kept] = [...accepted]
      expect(kept.length).toBeGreaterThan(0)

      // Still waiting as long as nobody answered.
      expect(await continueTiny(tiny.services, 'reviewed')).toMatchObject({ state: 'awaiting-review' })
      const items = cases.map((caseId) => ({ dataset: 'site-a', caseId, organ: rejected }))
      answer('reviewed', { accepted: true, rejected: items })
      const training = await continueTiny(tiny.services, 'reviewed')
      expect(training.state).toBe('finished')
      const met = organsMet(training, 2, 1)
      expect(met).not.toContain(rejected)
      expect(kept.filter((organ) => met.has(organ)).length).toBeGreaterThan(0)
    },
    timeout,
  )

  test(
    'that refuses everything ends the run with a sentence, until somebody accepts',
    async () => {
      await train('refused', pair, review)
      answer('refused', { accepted: false })
      const refused = await continueTiny(tiny.services, 'refused')
      expect(refused.state).toBe('failed')
      expect(errorOf(refused.events)).toMatch(/The review refused the pseudo labels.*resume/)
      answer('refused', { accepted: true })
      expect(await continueTiny(tiny.services, 'refused')).toMatchObject({ state: 'finished' })
    },
    timeout,
  )
})
