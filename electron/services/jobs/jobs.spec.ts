import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import type { Job } from '../../../contract/job.ts'
import { PlaceSchema, PlaceWordSchema, type PlaceWord } from '../../../contract/place.ts'
import { processLiveness, readJobProcess, thisProcess } from '../../../trainer/job-folder/process-liveness.ts'
import { writeJobPlace } from '../places/job-place.ts'
import { exampleEvents } from '../fixtures/example-events.ts'
import { createJobFolder, newJobFolder, readJob } from './create-job-folder.ts'
import { followJob, jobFailure } from './follow-job.ts'
import { isAlive, jobState, stateAfter } from './job-state.ts'
import { journalSize } from '../../../trainer/job-folder/read-journal.ts'
import { requestControl } from './request-control.ts'
import { startJob } from './start-job.ts'

const fakeTrainer = join(import.meta.dirname, '../fixtures/fake-trainer.ts')
const probe: Job = {
  kind: 'probe',
  schemaVersion: 1,
  name: 'probe-1',
  createdAt: '2026-01-01T00:00:00.000Z',
  versions: {},
  cacheFolder: '/cache',
  compute: { device: 'auto', threads: 0 },
}

let folder: string
const start = async (scenario: string): Promise<number> => {
  writeFileSync(join(folder, 'scenario.txt'), scenario)
  return startJob(folder, fakeTrainer)
}
const writeProcess = (changes: object): void =>
  writeFileSync(
    join(folder, 'process.json'),
    JSON.stringify({ pid: process.pid, host: hostname(), startedAt: new Date().toISOString(), ...changes }),
  )
const appendEvent = (event: JobEvent | undefined): void =>
  appendFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-job-'))
  createJobFolder(folder, probe)
})

describe('job folders', () => {
  test('hold the job, and only one', () => {
    expect(readJob(folder)).toEqual(probe)
    expect(() => createJobFolder(folder, probe)).toThrow(/already holds a job/)
  })

  test('are numbered by kind', () => {
    const jobs = mkdtempSync(join(tmpdir(), 'organ-mosaic-jobs-'))
    const names = (['probe', 'probe', 'evaluate', 'probe'] as const).map((kind) => newJobFolder(jobs, kind))
    expect(names).toEqual(['probe-1', 'probe-2', 'evaluate-1', 'probe-3'].map((name) => join(jobs, name)))
  })
})

describe('a started job', () => {
  test('runs as a process of its own and is followed to its end', async () => {
    expect(jobState(folder)).toBe('queued')
    const pid = await start('finish')
    const seen: JobEvent[] = []
    expect(await followJob(folder, (event) => seen.push(event), { pollMs: 20 })).toBe('finished')
    expect(seen.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 state', '2 progress', '3 metrics', '4 state'])
    expect(JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')).pid).toBe(pid)
    expect(isAlive(folder)).toBe(false)
  })

  test('is paused and resumed, and followed from where it was', async () => {
    await start('wait')
    await expect(startJob(folder, fakeTrainer)).rejects.toThrow(/already working/)
    expect(jobState(folder)).toBe('running')
    requestControl(folder, 'pause')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('paused')
    const from = journalSize(folder)
    await start('finish')
    const seen: number[] = []
    expect(await followJob(folder, ({ seq }) => seen.push(seq), { from, pollMs: 20 })).toBe('finished')
    expect(seen).toEqual([4, 5, 6, 7])
  })

  test('outlives whoever started it', async () => {
    writeFileSync(join(folder, 'scenario.txt'), 'wait')
    const module = JSON.stringify(join(import.meta.dirname, 'start-job.ts'))
    const script = `const { startJob } = await import(${module}); await startJob(${JSON.stringify(folder)}, ${JSON.stringify(fakeTrainer)})`
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    expect(await new Promise((resolve) => starter.on('close', resolve))).toBe(0)
    expect(jobState(folder)).toBe('running')
    requestControl(folder, 'stop')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('stopped')
  })

  test('that was killed is interrupted, not running', async () => {
    await start('die')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('interrupted')
    expect(jobFailure(folder, 'The run', 'Resume it.').message).toMatch(/^The run ended without finishing;.*Resume it/)
  })

  test('that failed says why in its own words', async () => {
    await start('fail')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('failed')
    expect(jobFailure(folder, 'The run', '')).toMatchObject({
      code: 'invalid-data',
      message: 'Case 7 has no voxels; exclude it.',
    })
  })

  test('is not blamed for what an earlier process wrote to its log', async () => {
    await start('crash at start')
    await followJob(folder, () => undefined, { pollMs: 20 })
    await start('die')
    await followJob(folder, () => undefined, { pollMs: 20 })
    expect(jobFailure(folder, 'The run', '').message).not.toContain('cheese')
  })

  test('that crashed before its first word is told from its log', async () => {
    await start('crash at start')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('interrupted')
    expect(jobFailure(folder, 'The run', '')).toMatchObject({
      code: 'job-failed',
      message: expect.stringContaining('("TypeError: the weights are made of cheese")'),
    })
  })

  test('is no longer followed once the signal fires, and goes on', async () => {
    await start('wait')
    const state = await followJob(folder, () => undefined, { signal: AbortSignal.timeout(50), pollMs: 20 })
    expect(state).toBe('running')
    requestControl(folder, 'stop')
    expect(await followJob(folder, () => undefined, { pollMs: 20 })).toBe('stopped')
  })
})

describe('jobState', () => {
  test.runIf(process.platform === 'linux')('a process id that was given away since is not the trainer', () => {
    appendEvent(exampleEvents[0])
    writeProcess({ startedAt: new Date(Date.now() - 86_400_000).toISOString() })
    expect(jobState(folder)).toBe('interrupted')
    writeProcess({})
    expect(jobState(folder)).toBe('running')
  })

  test('a state from before the present process says nothing about it', async () => {
    appendEvent(exampleEvents[5])
    expect(jobState(folder)).toBe('finished')
    await sleep(5)
    writeProcess({})
    expect(jobState(folder)).toBe('running')
    writeProcess({ pid: 2 ** 22 + 1 })
    expect(jobState(folder)).toBe('interrupted')
  })

  test('a process on another host counts while its folder changes, whatever its clock says', () => {
    const long = new Date(Date.now() - 3_600_000)
    writeProcess({ host: 'a-cluster-node', startedAt: new Date(Date.now() + 3_600_000).toISOString() })
    utimesSync(join(folder, 'process.json'), long, long)
    expect(jobState(folder)).toBe('interrupted')
    appendEvent({ seq: 1, time: long.toISOString(), type: 'state', state: 'running', message: '' })
    expect(jobState(folder)).toBe('running')
  })

  test("a process id of another machine with this one's name is not looked for here", () => {
    writeProcess({ identity: 'another-boot 12' })
    expect(processLiveness(readJobProcess(folder)!)).toBe('elsewhere')
    writeProcess({ identity: thisProcess().identity })
    expect(processLiveness(readJobProcess(folder)!)).toBe('alive')
    writeProcess({ identity: thisProcess().identity?.replace(/\d+$/, '1') })
    expect(processLiveness(readJobProcess(folder)!)).toBe(process.platform === 'linux' ? 'dead' : 'alive')
  })

  test('a process that finishes while its state is looked up was not interrupted', () => {
    const running = { seq: 1, time: '2026-01-01T12:00:00.000Z', type: 'state', state: 'running', message: '' } as const
    writeProcess({ pid: 2 ** 22 + 1, startedAt: '2026-01-01T11:00:00.000Z', afterSeq: 0 })
    appendEvent(running)
    expect(stateAfter(folder, running)).toBe('interrupted')
    appendEvent({ ...running, seq: 2, state: 'finished' })
    // What was read of the journal before the process was found gone is old by then.
    expect(stateAfter(folder, running)).toBe('finished')
  })

  test('a clock that was set back between two processes changes no state', () => {
    appendEvent({ seq: 1, time: '2026-01-01T12:00:00.000Z', type: 'state', state: 'paused', message: '' })
    writeProcess({ ...thisProcess(), startedAt: '2026-01-01T11:00:00.000Z', afterSeq: 1 })
    expect(jobState(folder)).toBe('running')
    appendEvent({ seq: 2, time: '2026-01-01T10:00:00.000Z', type: 'state', state: 'finished', message: '' })
    expect(jobState(folder)).toBe('finished')
  })
})

describe('a job at another place', () => {
  const given = (word: Partial<PlaceWord>, afterSeq = 0): void =>
    writeJobPlace(folder, {
      place: PlaceSchema.parse({ kind: 'slurm', name: 'cluster' }),
      job: '17',
      afterSeq,
      word: PlaceWordSchema.parse({ state: 'waiting', ...word }),
    })

  test('has the state that its place and its journal say together', () => {
    given({})
    expect(jobState(folder)).toBe('queued')
    given({ state: 'running' })
    expect(jobState(folder)).toBe('running')
    // Its machine died, and Slurm gave it back.
    appendEvent({ seq: 1, time: '2026-01-01T12:00:00.000Z', type: 'state', state: 'running', message: '' })
    given({})
    expect(jobState(folder)).toBe('queued')
    given({ state: 'ended' })
    expect(jobState(folder)).toBe('interrupted')
    requestControl(folder, 'pause')
    expect(jobState(folder)).toBe('paused')
    appendEvent({ seq: 2, time: '2026-01-01T12:00:01.000Z', type: 'state', state: 'finished', message: '' })
    expect(jobState(folder)).toBe('finished')
    given({ state: 'running' }, 2)
    expect(jobState(folder)).toBe('running')
  })

  test('that has a copy of it ends when all of it is here', () => {
    const copied = (state: PlaceWord['state'], away: string): void =>
      writeJobPlace(folder, {
        place: PlaceSchema.parse({ kind: 'ssh', name: 'box', host: 'box', folder: '/data' }),
        job: '17',
        afterSeq: 0,
        away,
        word: PlaceWordSchema.parse({ state }),
      })
    copied('waiting', '/data/here')
    expect([jobState(folder), isAlive(folder)]).toEqual(['queued', true])
    appendEvent({ seq: 1, time: '2026-01-01T12:00:01.000Z', type: 'state', state: 'finished', message: '' })
    copied('running', '/data/here')
    expect([jobState(folder), isAlive(folder)]).toEqual(['running', true])
    copied('ended', '/data/here')
    expect([jobState(folder), isAlive(folder)]).toEqual(['running', true])
    copied('ended', '')
    expect([jobState(folder), isAlive(folder)]).toEqual(['finished', false])
  })
})
