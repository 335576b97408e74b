// The routes of runs with real folders, a real database and real trainer children.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigPreview, LogLine, MetricsAnswer, RunPreview } from '../contract/api/runs.ts'
import type { RunDetail, RunSummary } from '../contract/commands.ts'
import type { PreflightResult } from '../contract/preflight.ts'
import type { Task } from '../contract/task.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { judgePreflight } from '../electron/services/runs/run-preflight.ts'
import { killTrainer } from './helpers/kill-trainer.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'

let tiny: TinyStudy
let handle: Handler
const changes = {
  network: { baseChannels: 4, levels: 2 },
  plan: { patch: [16, 16, 16], maxMedianVoxels: 8000 },
  runtime: { threads: 1 },
  checkpoint: { everySeconds: 0 },
  stage1: { steps: 12, validateEvery: 4 },
  stage2: { steps: 4, validateEvery: 2 },
}
const draft = () => ({ preset: 'quick', datasets: tiny.datasets, changes })

async function ask<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const response = await handle(
    new Request(`http://127.0.0.1/api${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )
  const answer: unknown = await response.json()
  expect(response.status, JSON.stringify(answer)).toBe(status)
  return answer as T
}
const followed = (name: string) => tiny.services.followRun(name, () => undefined, { pollMs: 20 })
const checkpoints = async (name: string) => (await ask<RunDetail>('GET', `/runs/${name}`)).checkpoints.length

beforeAll(async () => {
  tiny = await openTinyStudy()
  handle = createHandler(implementApi(tiny.services, () => describeApp(tiny.services, 'web')))
}, 120_000)
afterAll(() => tiny.services.close())

describe('before a run exists', () => {
  test('every setting is told with where its value comes from', async () => {
    const { values, problems, config } = await ask<ConfigPreview>('POST', '/new-run/config', {
      preset: 'quick',
      changes,
    })
    const valueOf = (key: string) => values.find((each) => each.key === key)
    expect(problems).toEqual([])
    expect(config?.stage1.steps).toBe(12)
    expect(valueOf('stage1.steps')).toMatchObject({ value: 12, unchanged: 480, source: 'changed' })
    expect(valueOf('plan.maxPatchVoxels')).toMatchObject({ value: 64_000, source: 'preset' })
    expect(valueOf('seed')).toMatchObject({ value: 1, source: 'default' })
  })

  test('every problem is told by its setting', async () => {
    const wrong = { stage1: { stepz: 3 }, stage2: { steps: 0 }, plan: { patch: [1, 2] } }
    const { problems, config } = await ask<ConfigPreview>('POST', '/new-run/config', {
      preset: 'quick',
      changes: wrong,
    })
    expect(config).toBeNull()
    expect(problems.map(({ key }) => key).sort()).toEqual(['plan.patch', 'stage1.stepz', 'stage2.steps'])
    expect(problems.find(({ key }) => key === 'stage1.stepz')?.message).toMatch(
      /no setting stage1\.stepz.*stage1\.steps/,
    )
  })

  test('the plan is told with its reasons', async () => {
    const { plan, organs } = await ask<RunPreview>('POST', '/new-run/plan', draft())
    expect(plan.patch).toEqual([16, 16, 16])
    expect(plan.reasons.length).toBeGreaterThan(3)
    expect(organs).toContain('liver')
    await ask('POST', '/new-run/plan', { ...draft(), datasets: tiny.datasets.slice(0, 1) }, 400)
  })

  test('three real steps tell memory and time', async () => {
    const { id } = await ask<Task>('POST', '/new-run/preflight', draft())
    const stateOf = async () => (await ask<Task>('GET', `/tasks/${id}`)).state
    await expect.poll(stateOf, { timeout: 60_000, interval: 50 }).not.toBe('running')
    const { result, error } = await ask<Task>('GET', `/tasks/${id}`)
    expect(error).toBeNull()
    const { report, fits } = result as PreflightResult
    expect(fits).toBe(true)
    expect(report?.stages.map(({ stage, steps }) => [stage, steps])).toEqual([
      [1, 12],
      [2, 4],
    ])
    expect(report?.peakMb).toBeGreaterThan(report?.baseMb ?? Infinity)
    const stepsAlone = report?.stages.reduce((sum, { steps, secondsPerStep }) => sum + steps * secondsPerStep, 0) ?? 0
    expect(stepsAlone).toBeGreaterThan(0)
    expect(report?.secondsToFinish).toBeGreaterThan(stepsAlone)
  })

  test.each([
    // [peak, free, base, fits, proposal]: what remains of 85 % after the base, as a share of what the patch took
    [1000, 4000, 300, true, null],
    [3000, 2000, 500, false, 48_000],
    [3000, 500, 500, false, 4096],
  ])('peak %i MB of %i MB free', (peakMb, freeMb, baseMb, fits, maxPatchVoxels) => {
    const report = {
      device: { type: 'CPU' as const, name: 'Processor', memoryMb: null },
      patch: [50, 40, 50] as [number, number, number],
      patchVoxels: 100_000,
      stages: [],
      secondsPerPrediction: 1,
      secondsPerCase: 0,
      secondsToFinish: 9,
      ...{ baseMb, peakMb, freeMb },
    }
    expect(judgePreflight(report)).toMatchObject({ fits, maxPatchVoxels })
  })
})

describe('a run', () => {
  test('is created, killed, shown as interrupted, resumed, and finishes', async () => {
    expect((await ask<RunSummary>('POST', '/runs', { ...draft(), name: 'first' })).state).toBe('running')
    await expect.poll(() => checkpoints('first'), { timeout: 60_000, interval: 10 }).toBeGreaterThan(0)
    expect(await killTrainer(tiny.services, 'first')).toBe(true)
    expect((await ask<RunSummary[]>('GET', '/runs'))[0]).toMatchObject({ name: 'first', state: 'interrupted' })
    expect((await ask<RunSummary>('POST', '/runs/first/resume')).state).toBe('running')
    expect(await followed('first')).toBe('finished')
    await ask('POST', '/runs/first/resume', undefined, 409)
    await ask('POST', '/runs/first/control', { request: 'pause' }, 409)
  })

  test('is paused, resumed and stopped', async () => {
    const long = { ...changes, stage1: { steps: 2000, validateEvery: 2000 } }
    await ask('POST', '/runs', { ...draft(), changes: long, stages: '1', name: 'second' })
    await expect.poll(() => checkpoints('second'), { timeout: 60_000, interval: 10 }).toBeGreaterThan(0)
    await ask('DELETE', '/runs/second', undefined, 409)
    await ask('POST', '/runs/second/control', { request: 'pause' })
    expect(await followed('second')).toBe('paused')
    await ask('POST', '/runs/second/resume')
    await ask('POST', '/runs/second/control', { request: 'stop' })
    expect(await followed('second')).toBe('stopped')
  })

  test('tells its curves, all and only what is new, and its log', async () => {
    const { series, lastSeq } = await ask<MetricsAnswer>('GET', '/runs/first/metrics')
    const dice = series.filter(({ name, stage }) => name === 'validation.dice' && stage === 2)
    expect(dice.length).toBeGreaterThan(3)
    expect(dice[0]?.points.map(([step]) => step)).toEqual([2, 4])
    // Steps that were trained twice count once.
    for (const { points } of series) {
      const steps = points.map(([step]) => step)
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
    }
    const news = await ask<MetricsAnswer>('GET', `/runs/first/metrics?since=${lastSeq}`)
    expect(news).toEqual({ lastSeq, series: [] })
    const lines = await ask<LogLine[]>('GET', '/runs/first/log')
    expect(lines.map(({ message }) => message).join()).toMatch(/Patch 16 x 16 x 16.*The training is finished\./s)
    expect((await ask<{ text: string }>('GET', '/runs/first/trainer-log')).text).not.toBe('')
  })

  test('gives its stage 1 to another, and then stays', async () => {
    const stage2 = { ...draft(), stages: '2', stage1From: 'first', name: 'third' }
    await ask('POST', '/runs', stage2)
    expect(await followed('third')).toBe('finished')
    await ask('DELETE', '/runs/first', undefined, 409)
  })

  test('goes to the trash and comes back', async () => {
    const { removed } = await ask<{ removed: string }>('DELETE', '/runs/second')
    expect(existsSync(join(tiny.services.workspace.runs, 'second'))).toBe(false)
    await ask('GET', '/runs/second', undefined, 404)
    expect(await ask('POST', `/removed-runs/${removed}/restore`)).toMatchObject({ name: 'second', state: 'stopped' })
    await ask('POST', `/removed-runs/${removed}/restore`, undefined, 404)
  })

  test.each([
    ['GET', '/runs/nobody/metrics', 404],
    ['GET', '/runs/..%2F..%2Fetc/metrics', 400],
    ['GET', '/runs/first/metrics?since=-1', 400],
    ['POST', '/removed-runs/..%2Fruns/restore', 400],
  ])('%s %s is refused', async (method, path, status) => {
    await ask(method, path, undefined, status)
  })
})
