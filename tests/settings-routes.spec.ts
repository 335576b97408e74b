// The settings of a workspace through the API, and what follows from them in jobs and new runs.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigPreview } from '../contract/api/runs.ts'
import { JobSchema } from '../contract/job.ts'
import type { Settings } from '../contract/settings.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'

let tiny: TinyStudy
let handle: Handler

beforeAll(async () => {
  tiny = await openTinyStudy()
  handle = createHandler(implementApi(tiny.services, () => describeApp(tiny.services, 'web')))
}, 120_000)
afterAll(() => tiny.services.close())

async function ask<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await handle(new Request(`http://127.0.0.1/api${path}`, { method, ...sent }))
  expect(response.status).toBe(status)
  return (await response.json()) as T
}

describe('the settings', () => {
  test('have defaults without a file', async () => {
    expect(await ask('GET', '/machine/settings')).toEqual({
      compute: { device: 'auto', threads: 0 },
      updates: { check: false },
      places: [],
    })
    expect(existsSync(join(tiny.home, 'settings.json'))).toBe(false)
  })

  test.each([
    {},
    { compute: { threads: -1 } },
    { compute: { threads: 1.5 } },
    { compute: { device: 'tpu' } },
    { colour: 1 },
    { places: [{ kind: 'slurm', name: 'this-machine' }] },
    { places: [{ kind: 'slurm', name: 'c', timeLimitMinutes: 2, warnSeconds: 100 }] },
    { places: [{ kind: 'ssh', name: 'c', host: '-oProxyCommand=x' }] },
    { places: [1, 2].map((cpus) => ({ kind: 'slurm', name: 'twice', cpus })) },
  ])('that are none are refused, and what there is stays: %j', async (settings) => {
    const before = await ask<Settings>('GET', '/machine/settings')
    const isEmpty = Object.keys(settings).length === 0
    await ask('PUT', '/machine/settings', settings, isEmpty ? 200 : 400)
    expect(await ask('GET', '/machine/settings')).toEqual(before)
  })

  test('go into new runs, and say where they come from; a run may say otherwise', async () => {
    const compute = { device: 'cpu', threads: 1 }
    expect(await ask('PUT', '/machine/settings', { compute })).toEqual({
      compute,
      updates: { check: false },
      places: [],
    })
    const { values } = await ask<ConfigPreview>('POST', '/new-run/config', { preset: 'quick', changes: {} })
    expect(values.find(({ key }) => key === 'runtime.threads')).toMatchObject({ value: 1, source: 'settings' })
    const request = { datasets: tiny.datasets, preset: 'quick' as const }
    const asSettled = tiny.services.createRun({ ...request, name: 'as-settled' })
    expect(asSettled.config.runtime).toMatchObject(compute)
    const own = tiny.services.createRun({ ...request, name: 'own', set: ['runtime.threads=2'] })
    expect(own.config.runtime).toMatchObject({ device: 'cpu', threads: 2 })
  })

  test('hold for the trainer: threads and device are those of the settings', async () => {
    await ask('PUT', '/machine/settings', { compute: { device: 'cpu', threads: 1 } })
    const { probe } = await tiny.services.doctor()
    expect(probe).toMatchObject({ device: 'CPU', threads: 1 })
    const [file] = globSync('jobs/probe-*/run.json', { cwd: tiny.home })
    const job = JobSchema.parse(JSON.parse(readFileSync(join(tiny.home, file), 'utf8')))
    expect(job).toMatchObject({ kind: 'probe', compute: { device: 'cpu', threads: 1 } })
  })

  test('of an older job folder are the defaults', () => {
    const [file] = globSync('jobs/probe-*/run.json', { cwd: tiny.home })
    const { compute: _, ...older } = JSON.parse(readFileSync(join(tiny.home, file), 'utf8')) as { compute: unknown }
    expect(JobSchema.parse(older)).toMatchObject({ compute: { device: 'auto', threads: 0 } })
  })

  test('that somebody broke by hand are named with their file', async () => {
    writeFileSync(join(tiny.home, 'settings.json'), '{"compute": 3}')
    const answer = await ask<{ error: { message: string } }>('GET', '/machine/settings', undefined, 422)
    expect(answer.error.message).toContain('settings.json')
  })
})
