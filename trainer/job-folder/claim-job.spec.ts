import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { JobProcess } from '../../contract/job.ts'
import { claimJob } from './claim-job.ts'
import { lastClaim, makeClaim } from './claims.ts'
import { HEARTBEAT, isBeating } from './heartbeat.ts'
import { PROCESS_FILE, readJobProcess, thisProcess } from './process-liveness.ts'

let folder: string
const elsewhere = (pid: number, host = 'node-7'): JobProcess => ({ pid, host, startedAt: '2026-01-01T00:00:00.000Z' })
const beat = (count: number): void => writeFileSync(join(folder, HEARTBEAT), `1 ${count}\n`)
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)
const writeState = (seq: number, state: string): void =>
  writeFileSync(
    join(folder, 'events.jsonl'),
    `${JSON.stringify({ seq, time: '2026-01-01T00:00:00.000Z', type: 'state', state })}\n`,
  )

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-claim-'))
})

describe('claimJob', () => {
  test('gives the job to the first, again to the same one, and to nobody else while it lives', async () => {
    expect(await claimJob(folder, thisProcess())).toBe(1)
    expect(await claimJob(folder, thisProcess())).toBe(1)
    expect(readJobProcess(folder)).toMatchObject({ pid: process.pid, afterSeq: 0 })
    await expect(claimJob(folder, elsewhere(12))).rejects.toThrow(/already working on .* \(process \d+ on /)
  })

  test('of many at the same moment one wins', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => claimJob(folder, { ...thisProcess(), pid: process.pid + index * 1000 })),
    )
    expect(lastClaim(folder)?.number).toBe(1)
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(makeClaim(folder, 1, elsewhere(1))).toBe(false)
  })

  test('a job whose owner said goodbye, or died here, is free at once', async () => {
    makeClaim(folder, 1, elsewhere(12))
    beat(1)
    writeState(3, 'paused')
    expect(await claimJob(folder, thisProcess())).toBe(2)
    expect(readJobProcess(folder)).toMatchObject({ afterSeq: 3 })
    makeClaim(folder, 3, { ...thisProcess(), pid: 2 ** 22 + 1 })
    expect(await claimJob(folder, thisProcess())).toBe(4)
  })

  test("a job that another machine has a newer copy of is nobody's here", async () => {
    const place = { kind: 'ssh', name: 'box', host: 'box', folder: '/data' }
    const away = { place, job: '9', afterSeq: 0, away: '/data/here', word: { state: 'ended' } }
    writeFileSync(join(folder, 'place.json'), JSON.stringify(away))
    await expect(claimJob(folder, thisProcess())).rejects.toThrow(/is on box, .* delete .*place\.json/)
    writeFileSync(join(folder, 'place.json'), JSON.stringify({ ...away, away: '' }))
    expect(await claimJob(folder, thisProcess())).toBe(1)
  })

  test('one that beats on another machine keeps its job', async () => {
    makeClaim(folder, 1, elsewhere(12))
    writeState(1, 'running')
    let count = 0
    const timer = setInterval(() => beat((count += 1)), 300)
    await expect(claimJob(folder, thisProcess())).rejects.toThrow(/process 12 on node-7/)
    clearInterval(timer)
  })

  test('one that whoever started it claims for it, while it looks whether another beats, has the job', async () => {
    makeClaim(folder, 1, elsewhere(12))
    beat(1)
    const looking = claimJob(folder, thisProcess())
    makeClaim(folder, 2, thisProcess())
    writeFileSync(join(folder, PROCESS_FILE), JSON.stringify(thisProcess()))
    expect(await looking).toBe(2)
  })

  test('one that has been silent on another machine loses it', async () => {
    makeClaim(folder, 1, elsewhere(12))
    beat(1)
    utimesSync(join(folder, HEARTBEAT), hoursAgo(1), hoursAgo(1))
    expect(await claimJob(folder, thisProcess())).toBe(2)
  })

  test('a claim that was left half written belongs to nobody', async () => {
    mkdirSync(join(folder, 'claims'))
    writeFileSync(join(folder, 'claims', '1'), '')
    expect(await claimJob(folder, thisProcess())).toBe(2)
    expect(JSON.parse(readFileSync(join(folder, 'claims', '2'), 'utf8'))).toMatchObject({ pid: process.pid })
  })
})

test('isBeating asks no clock of another machine: a change is a sign of life whatever time it carries', () => {
  beat(1)
  utimesSync(join(folder, HEARTBEAT), hoursAgo(5), hoursAgo(5))
  expect(isBeating(folder)).toBe(false)
  beat(2)
  utimesSync(join(folder, HEARTBEAT), hoursAgo(5), hoursAgo(5))
  expect(isBeating(folder)).toBe(true)
})
