// A real, tiny study: two methods, two seeds, trained, scored, written, and asked for again.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StudyConfigSchema, StudyResultSchema } from '../contract/study.ts'
import type { RunHost } from '../electron/services/runs/ensure-run.ts'
import { readRun } from '../electron/services/workspace/run-store.ts'
import { runStudy } from '../electron/services/study/run-study.ts'
import { STUDY_FILES } from '../electron/services/study/study-store.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { readTraining, trainTiny, type Training } from './helpers/train-tiny.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'

let tiny: TinyStudy
let notes: string[]
const host: RunHost = {
  note: (text) => void notes.push(text),
  async followRun(name, from) {
    const state = await tiny.services.followRun(name, () => undefined, { from, pollMs: 50 })
    tiny.services.requireFinished(name, state)
  },
  watchJob: (_label, work) => work({}),
}
const config = StudyConfigSchema.parse({
  name: 'ladder',
  datasets: ['site-a', 'site-b'],
  test: 'test',
  preset: 'quick',
  seeds: [1, 2],
  set: [...tinySettings, 'shared.steps=4', 'shared.validateEvery=2'],
  rows: [
    { name: 'marginal', method: 'marginal' },
    { name: 'plus', method: 'mutual+', seeds: [1] },
    { name: 'no-ps', method: 'mutual+', set: ['stage2.predictionSimilarity.enabled=off'], seeds: [1] },
    { name: 'upper', method: 'marginal', labels: 'reference', seeds: [1] },
  ],
})

beforeAll(async () => {
  notes = []
  tiny = await openTinyStudy({ testCases: 2 })
  await tiny.services.registerDataset({ name: 'reference', folder: tiny.study.reference, role: 'reference' })
}, 120_000)
afterAll(() => tiny.services.close())

test('trains and scores every method and seed, and writes its tables', async () => {
  const result = await runStudy(tiny.services, config, host)
  expect(result.rows.map(({ name, runs }) => [name, runs])).toEqual([
    ['marginal', ['ladder-marginal-s1', 'ladder-marginal-s2']],
    ['plus', ['ladder-plus-s1']],
    ['no-ps', ['ladder-no-ps-s1']],
    ['upper', ['ladder-upper-s1']],
  ])
  const [marginal, plus] = result.rows
  expect([marginal.bestSingle, plus.bestSingle === null]).toEqual([null, false])
  expect(marginal.mean.dice.sd).not.toBeNull()
  // Every dataset of the upper bound has the labels of all organs.
  const { datasets, organs } = readRun(tiny.services.workspace, 'ladder-upper-s1')
  for (const { labels } of datasets) expect(labels).toHaveLength(organs.length)
  expect(plus.single?.organs.length).toBe(plus.organs.length)
  expect([marginal.terms.sharedStart, plus.terms.sharedStart, plus.terms.pseudoLabels]).toEqual([null, true, true])
  // Steps of 4 (shared) and twice 4 (the stages), each with a patch of each dataset.
  expect([marginal.cost.patches, plus.cost.patches]).toEqual([4, 12])
  expect(plus.cost.seconds).toBeGreaterThan(0)
  expect(plus.curves[0]?.stages.map(({ points }) => points.map(([patches]) => patches))).toEqual([
    [2, 4],
    [6, 8],
    [10, 12],
  ])
  const stored: unknown = JSON.parse(readFileSync(join(result.folder, 'study.json'), 'utf8'))
  expect(StudyResultSchema.parse(stored)).toEqual(result)
  for (const name of STUDY_FILES) {
    expect(statSync(join(result.folder, name)).size, name).toBeGreaterThan(200)
  }
  const report = readFileSync(join(result.folder, 'report.html'), 'utf8')
  for (const part of ['ladder-marginal-s2', 'plus, best single', 'Validation Dice of plus against patches']) {
    expect(report).toContain(part)
  }
  expect(report).not.toMatch(/https?:\/\//)
}, 180_000)

test('a row takes over what another one trained the same way, and comes out as if it had trained it', async () => {
  const { services, datasets } = tiny
  const taken = readTraining(services, 'ladder-no-ps-s1')
  const message =
    'The shared network, stage 1, and the pseudo labels are those of run ladder-plus-s1: the same data, seed and settings.'
  expect(notes).toContain(message)
  expect(taken.events[0]).toMatchObject({ type: 'log', message })
  const alone = await trainTiny(services, {
    name: 'alone',
    method: 'mutual+',
    datasets: datasets.slice(0, 2),
    set: [...config.set, ...config.rows[2].set],
  })
  for (const part of ['checkpoints', 'pseudo-labels', 'previews']) {
    expect(hashFiles(join(taken.folder, part)), part).toEqual(hashFiles(join(alone.folder, part)))
  }
  const learned = ({ metrics }: Pick<Training, 'metrics'>) =>
    metrics.filter(({ name }) => /^(loss|validation)/.test(name))
  expect(learned(taken)).toEqual(learned(alone))
  expect(learned(taken).length).toBeGreaterThan(20)
  const paths = taken.events.flatMap((event) => (event.type === 'checkpoint' ? [event.path] : []))
  expect(paths.filter((path) => !path.startsWith(join(taken.folder, 'checkpoints')))).toEqual([])
  expect(services.runDesk.workedSeconds('ladder-no-ps-s1')).toBeGreaterThan(
    services.runDesk.workedSeconds('ladder-plus-s1') / 3,
  )
}, 120_000)

test('asked for again trains nothing, and finds the same', async () => {
  const before = tiny.services.listRuns().map(({ name, updatedAt }) => [name, updatedAt])
  notes = []
  const result = await runStudy(tiny.services, config, host)
  expect(notes.filter((note) => note.includes('finished already'))).toHaveLength(5)
  expect(tiny.services.listRuns().map(({ name, updatedAt }) => [name, updatedAt])).toEqual(before)
  expect(result.rows[0].runs).toHaveLength(2)
}, 60_000)

test('is refused when it would be tested on what it trains on, or on nothing', async () => {
  await expect(runStudy(tiny.services, { ...config, test: 'site-a' }, host)).rejects.toThrow(
    /both trained and tested on/,
  )
  await expect(runStudy(tiny.services, { ...config, test: 'gone' }, host)).rejects.toThrow(/gone/)
})
