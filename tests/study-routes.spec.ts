// A study through the API: planned, started, paused, resumed, left by a host that closes, taken up by the next one, and
// read. The same folder is what the command line works on.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { StudyPlanSchema, StudyResultsSchema } from '../contract/api/studies.ts'
import { StudyDetailSchema, StudySummarySchema, type StudyDetail } from '../contract/study-state.ts'
import { StudyResultSchema } from '../contract/study.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { readStoredConfig } from '../electron/services/study/study-store.ts'
import { openTinyStudy, tinySettings } from './helpers/tiny-study.ts'

let services: Services
let handle: Handler
const config = {
  name: 'pair',
  datasets: ['site-a', 'site-b'],
  test: 'test',
  preset: 'quick',
  seeds: [1],
  set: [...tinySettings, 'shared.steps=80', 'shared.validateEvery=40'],
  rows: [
    { name: 'one', method: 'marginal' },
    { name: 'full', method: 'mutual' },
  ],
}

function openHandler(): void {
  const info = describeApp(services, 'web')
  handle = createHandler(implementApi(services, () => info))
}
beforeAll(async () => {
  services = (await openTinyStudy({ testCases: 2 })).services
  openHandler()
}, 120_000)
afterAll(async () => {
  await services.tasks.close()
  services.close()
})

const send = (method: string, path: string, body?: unknown): Promise<Response> =>
  handle(
    new Request(`http://localhost/api${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )
async function ask<T extends z.ZodType>(schema: T, method: string, path: string, body?: unknown): Promise<z.output<T>> {
  const response = await send(method, path, body)
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return schema.parse(answer)
}
const study = (): Promise<StudyDetail> => ask(StudyDetailSchema, 'GET', '/studies/pair')
async function until(is: (detail: StudyDetail) => boolean): Promise<StudyDetail> {
  for (;;) {
    const detail = await study()
    if (is(detail)) return detail
    if (detail.summary.state === 'failed') throw new Error(detail.summary.message)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const states = ({ jobs }: StudyDetail): string[] => jobs.map(({ state }) => state)

test('is planned: what it trains, and what is wrong with it', async () => {
  expect(await ask(StudySummarySchema.array(), 'GET', '/studies')).toEqual([])
  const plan = await ask(StudyPlanSchema, 'POST', '/new-study/plan', config)
  expect(plan).toMatchObject({ jobs: 2, done: 0, problems: [] })
  expect(plan.rows.map(({ name, stages, models, patches, basis }) => [name, stages, models, patches, basis])).toEqual([
    ['one', '0', 1, 80, 'none'],
    ['full', '1,2', 4, 8, 'none'],
  ])
  const off = { name: 'off', method: 'mutual', set: ['stage2.predictionSimilarity.enabled=off'] }
  const removal = { ...config, rows: [...config.rows, off] }
  const alike = (await ask(StudyPlanSchema, 'POST', '/new-study/plan', removal)).rows.map((row) => row.alike)
  expect(alike).toEqual([null, null, { row: 'full', share: 0.5 }])
  const wrong = { ...config, test: 'site-a', set: ['stage9.steps=1'] }
  const { problems } = await ask(StudyPlanSchema, 'POST', '/new-study/plan', wrong)
  expect(problems.join(' ')).toMatch(/both trained and tested on.*stage9/)
  expect((await send('POST', '/studies', wrong)).status).toBe(422)
  expect((await send('GET', '/studies/pair')).status).toBe(404)
})

test('is started, paused within a run, left by its host, and taken up by another', { timeout: 240_000 }, async () => {
  const begun = await ask(StudyDetailSchema, 'POST', '/studies', config)
  expect([begun.summary.state, begun.jobs.length, states(begun)[1]]).toEqual(['running', 2, 'waiting'])
  await until((detail) => (detail.jobs[0].progress?.done ?? 0) > 0 && detail.jobs[0].progress?.phase === 'shared')
  expect((await send('POST', '/studies', config)).status).toBe(422)
  expect((await send('POST', '/studies/pair/resume')).status).toBe(409)
  await ask(StudyDetailSchema, 'POST', '/studies/pair/control', { request: 'pause' })
  const paused = await until(({ summary }) => summary.state === 'paused')
  expect(states(paused)).toEqual(['paused', 'waiting'])
  expect((await send('POST', '/studies/pair/control', { request: 'pause' })).status).toBe(409)

  await ask(StudyDetailSchema, 'POST', '/studies/pair/resume')
  await until((detail) => detail.jobs[0].state === 'running')
  await services.tasks.close()
  expect((await study()).summary.state).toBe('interrupted')
  services.close()
  services = createServices({ home: services.workspace.home })
  openHandler()
  // Its training outlived the host.
  expect(['running', 'trained']).toContain((await study()).jobs[0].state)
  await ask(StudyDetailSchema, 'POST', '/studies/pair/resume')
  const done = await until(({ summary }) => summary.state === 'finished')
  expect(states(done)).toEqual(['scored', 'scored'])
  expect(done.jobs.map(({ dice, bestSingle }) => [typeof dice, typeof bestSingle])).toEqual([
    ['number', 'object'],
    ['number', 'number'],
  ])
  expect(done.files).toContain('report.html')
  expect(readStoredConfig(services.workspace, 'pair').rows).toHaveLength(2)
})

test('has its results read, and its files, which are those of the folder', async () => {
  const { result, lines, comparison } = await ask(StudyResultsSchema, 'GET', '/studies/pair/results?metric=nsd')
  expect(lines.map(({ label }) => label)).toEqual(['one', 'full, ensemble', 'full, best single'])
  expect(comparison.metric).toBe('nsd')
  expect(comparison.reports.map(({ entry }) => entry.key)).toEqual(lines.map(({ key }) => key))
  const stored = join(services.workspace.home, 'studies/pair/study.json')
  expect(StudyResultSchema.parse(JSON.parse(readFileSync(stored, 'utf8')))).toEqual(result)
  const csv = await send('GET', '/studies/pair/files/methods.csv')
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="pair-methods.csv"')
  expect(await csv.text()).toBe(readFileSync(join(services.workspace.home, 'studies/pair/methods.csv'), 'utf8'))
  const report = await send('GET', '/studies/pair/files/report.html?inline=true')
  expect([report.headers.get('content-disposition'), await report.text()]).toEqual([
    'inline; filename="pair-report.html"',
    expect.stringContaining('Study pair: 2 methods on test'),
  ])
  expect((await send('GET', '/studies/pair/files/state.json')).status).toBe(400)
})

test('is known by what such runs took, and is cancelled with what is done', { timeout: 120_000 }, async () => {
  const again = { ...config, name: 'again', rows: [config.rows[0], { name: 'apart', method: 'separate' }] }
  const { rows } = await ask(StudyPlanSchema, 'POST', '/new-study/plan', again)
  expect(rows.map(({ basis, seconds }) => [basis, (seconds ?? 0) > 0])).toEqual([
    ['same', true],
    ['similar', true],
  ])
  await ask(StudyDetailSchema, 'POST', '/studies', again)
  await ask(StudyDetailSchema, 'POST', '/studies/again/control', { request: 'cancel' })
  const state = async (): Promise<string> => (await ask(StudyDetailSchema, 'GET', '/studies/again')).summary.state
  await expect.poll(state, { timeout: 60_000 }).toBe('cancelled')
  expect(existsSync(join(services.workspace.home, 'runs/again-apart-s1'))).toBe(false)
})

test('is removed to the trash, without its runs, and comes back', async () => {
  const { removed } = await ask(z.object({ removed: z.uuid() }), 'DELETE', '/studies/pair')
  expect((await send('GET', '/studies/pair')).status).toBe(404)
  expect((await send('DELETE', '/studies/pair')).status).toBe(404)
  expect((await ask(StudySummarySchema.array(), 'GET', '/studies')).map(({ name }) => name)).toEqual(['again'])
  const { home } = services.workspace
  expect(existsSync(join(home, 'trash/studies', removed, 'pair/study.json'))).toBe(true)
  expect(existsSync(join(home, 'runs/pair-one-s1'))).toBe(true)

  const back = await ask(StudyDetailSchema, 'POST', `/removed-studies/${removed}/restore`)
  expect([back.summary.name, back.summary.state, ...states(back)]).toEqual(['pair', 'finished', 'scored', 'scored'])
  expect((await send('POST', `/removed-studies/${removed}/restore`)).status).toBe(404)
  expect((await send('DELETE', '/studies/..%2Fruns')).status).toBe(400)
})

test('is not removed while it is worked on', async () => {
  const path = join(services.workspace.home, 'studies/pair/state.json')
  const before = readFileSync(path, 'utf8')
  const alive = { pid: process.pid, host: hostname(), startedAt: new Date().toISOString() }
  writeFileSync(path, JSON.stringify({ ...JSON.parse(before), state: 'running', process: alive }))
  const refused = await send('DELETE', '/studies/pair')
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('pause or cancel it first')])
  writeFileSync(path, before)
})
