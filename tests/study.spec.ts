// A real, tiny study: two methods, two seeds, trained, scored, written, and asked for again.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StudyConfigSchema, StudyResultSchema } from '../contract/study.ts'
import type { RunHost } from '../electron/services/runs/ensure-run.ts'
import { readRun } from '../electron/services/workspace/run-store.ts'
import { runStudy } from '../electron/services/study/run-study.ts'
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
    ['upper', ['ladder-upper-s1']],
  ])
  const [marginal, plus] = result.rows
  expect([marginal.bestSingle, plus.bestSingle === null]).toEqual([null, false])
  expect(marginal.mean.dice.sd).not.toBeNull()
  // Every dataset of the upper bound has the labels of all organs.
  const { datasets, organs } = readRun(tiny.services.workspace, 'ladder-upper-s1')
  for (const { labels } of datasets) expect(labels).toHaveLength(organs.length)
  const stored: unknown = JSON.parse(readFileSync(join(result.folder, 'study.json'), 'utf8'))
  expect(StudyResultSchema.parse(stored)).toEqual(result)
  for (const name of ['report.html', 'organs.csv', 'cases.csv', 'tables.tex', 'tables.md']) {
    expect(statSync(join(result.folder, name)).size, name).toBeGreaterThan(200)
  }
  expect(readFileSync(join(result.folder, 'report.html'), 'utf8')).toContain('ladder-marginal-s2')
}, 180_000)

test('asked for again trains nothing, and finds the same', async () => {
  const before = tiny.services.listRuns().map(({ name, updatedAt }) => [name, updatedAt])
  notes = []
  const result = await runStudy(tiny.services, config, host)
  expect(notes.filter((note) => note.includes('finished already'))).toHaveLength(4)
  expect(tiny.services.listRuns().map(({ name, updatedAt }) => [name, updatedAt])).toEqual(before)
  expect(result.rows[0].runs).toHaveLength(2)
}, 60_000)

test('is refused when it would be tested on what it trains on, or on nothing', async () => {
  await expect(runStudy(tiny.services, { ...config, test: 'site-a' }, host)).rejects.toThrow(
    /both trained and tested on/,
  )
  await expect(runStudy(tiny.services, { ...config, test: 'gone' }, host)).rejects.toThrow(/gone/)
})
