// Two applications with one workspace at the same time: they see the same runs, and a run has one trainer. Real hosts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunDetailSchema, RunSummarySchema, type RunDetail } from '../contract/commands.ts'
import { readJournal } from '../trainer/job-folder/read-journal.ts'
import { startHost, type HostProcess } from './helpers/host-process.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { runFolderOf } from './helpers/train-tiny.ts'

const timeout = 180_000
let tiny: TinyStudy
let hosts: HostProcess[] = []

beforeAll(async () => {
  tiny = await openTinyStudy()
  hosts = await Promise.all([startHost(tiny.home), startHost(tiny.home)])
}, timeout)
afterAll(() => {
  for (const { child } of hosts) child.kill('SIGKILL')
  tiny.services.close()
})

const of = async (host: HostProcess, name: string): Promise<RunDetail> =>
  RunDetailSchema.parse(await host.ask('GET', `/runs/${name}`))
const states = async (host: HostProcess): Promise<string[]> =>
  RunSummarySchema.array()
    .parse(await host.ask('GET', '/runs'))
    .map(({ name, state }) => `${name} ${state}`)
const untilBoth = (expected: string[]): Promise<void[]> =>
  Promise.all(hosts.map((host) => expect.poll(() => states(host), { timeout: 60_000 }).toEqual(expected)))

function create(name: string, ...set: string[]): void {
  tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
}

test(
  'both see a run that one of them starts; the other starts no second trainer, and may pause it',
  async () => {
    const [one, other] = hosts as [HostProcess, HostProcess]
    create('shared', 'stage1.steps=100000')
    await one.ask('POST', '/runs/shared/resume', {})
    await untilBoth(['shared running'])
    await expect(other.ask('POST', '/runs/shared/resume', {})).rejects.toThrow(/running already/)
    await other.ask('POST', '/runs/shared/control', { request: 'pause' })
    await untilBoth(['shared paused'])
    expect(await of(one, 'shared')).toEqual(await of(other, 'shared'))
  },
  timeout,
)

test(
  'of both at the same moment one starts it, and both tell the same of its end',
  async () => {
    const [one, other] = hosts as [HostProcess, HostProcess]
    create('wanted')
    const asked = await Promise.allSettled(hosts.map((host) => host.ask('POST', '/runs/wanted/resume', {})))
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await untilBoth(['wanted finished', 'shared paused'])
    const starts = readJournal(runFolderOf(tiny.services, 'wanted')).events.filter(
      (event) => event.type === 'state' && event.state === 'running',
    )
    expect(starts).toHaveLength(1)
    const found = await of(one, 'wanted')
    expect(found.latestMetrics.length).toBeGreaterThan(0)
    expect(found).toEqual(await of(other, 'wanted'))
  },
  timeout,
)
