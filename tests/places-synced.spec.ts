// Runs on another machine that sees no folder of this one: what they need is sent, what they make comes back. The other
// machine is this one behind a real sshd, with the workspace hidden from whatever is started there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunSummary } from '../contract/commands.ts'
import { ProcessSchema, START_AGAIN_EXIT } from '../contract/job.ts'
import { StudyConfigSchema } from '../contract/study.ts'
import { readRequest } from '../electron/services/jobs/request-control.ts'
import { findReport } from '../electron/services/runs/ensure-run.ts'
import { runStudy } from '../electron/services/study/run-study.ts'
import { readJobPlace } from '../trainer/job-folder/read-job-place.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openSshHost, whyNoOtherMachine, type SshHost } from './helpers/ssh-host.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'
import { until } from './helpers/until.ts'

const reason = whyNoOtherMachine()
const timeout = 400_000
/** A loaded machine takes its time. */
const wait = (holds: () => boolean, what: string | (() => string)): Promise<void> => until(holds, what, timeout / 2)
const pidIn = (path: string): number => ProcessSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).pid
/** So that each step leaves an event. */
const everyStep = ['checkpoint.everySeconds=0', 'stage1.steps=6']
const trainer = join(import.meta.dirname, '../trainer/main.ts')

describe.skipIf(reason !== null)(`copies on another machine${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let host: SshHost
  let tiny: TinyStudy
  let folder: string

  const folderOf = (name: string): string => runFolderOf(tiny.services, name)
  const there = (path: string): string => join(folder, hostname(), path)
  const create = (name: string, ...set: string[]): void =>
    void tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
  const look = async (name: string): Promise<RunSummary> => {
    await tiny.services.lookAtPlaces()
    return tiny.services.getRun(name).summary
  }
  const follow = (name: string) => tiny.services.followRun(name, () => undefined, { pollMs: 50 })
  const resultOf = (name: string): Record<string, string> => ({
    ...hashFiles(join(folderOf(name), 'checkpoints')),
    ...hashFiles(join(folderOf(name), 'pseudo-labels')),
    plan: readFileSync(join(folderOf(name), 'plan.json'), 'utf8'),
    chosen: readFileSync(join(folderOf(name), 'post-processing.json'), 'utf8'),
  })
  const halted = new Set<number>()
  const release = (pid: number, signal: 'SIGCONT' | 'SIGKILL'): void => {
    process.kill(pid, signal)
    halted.delete(pid)
  }
  const courierOf = (name: string): number => pidIn(join(folderOf(name), 'courier.json'))
  const isHalted = (pid: number): boolean =>
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.startsWith('T')
  /** Starts the run; its trainer there halts after the first checkpoint of a stage, so that what follows meets it at work. */
  const startHalted = async (name: string, stage: 1 | 2, at?: string): Promise<number> => {
    host.haltAfter(`"type":"checkpoint","stage":${stage}`)
    await tiny.services.startRun(name, at === undefined ? {} : { place: at })
    const sign = join(there(folderOf(name)), 'process.json')
    const place = (): string => JSON.stringify(readJobPlace(folderOf(name)))
    await wait(
      () => existsSync(sign) && isHalted(pidIn(sign)),
      () => `a trainer that halts: ${place()}`,
    )
    const pid = pidIn(sign)
    halted.add(pid)
    return pid
  }
  /** What is sent again is another file. */
  const inodes = (): Record<string, number> => {
    const study = there(join(tiny.home, 'study'))
    const paths = readdirSync(study, { recursive: true, encoding: 'utf8' })
    return Object.fromEntries(paths.map((path) => [path, statSync(join(study, path)).ino]))
  }
  const say = (name: string): string => readJobPlace(folderOf(name))?.word.reason ?? ''

  beforeAll(async () => {
    ;[host, tiny] = await Promise.all([openSshHost(), openTinyStudy({ testCases: 1 })])
    host.hide(tiny.home)
    folder = mkdtempSync(join(tmpdir(), 'mosaic-other-'))
    tiny.services.places.save({ kind: 'ssh', name: 'box', host: host.name, folder })
  }, timeout)
  afterAll(async () => {
    for (const pid of halted) release(pid, 'SIGKILL')
    await host?.close()
    tiny?.services.close()
    // Couriers that are still on their way end with their job.
    for (const path of [tiny?.home, folder]) if (path) rmSync(path, { recursive: true, force: true })
  }, timeout)

  test('are made by a place that the check finds good, and refused in words where it is not', async () => {
    expect(spawnSync('ssh', [host.name, `ls ${tiny.services.workspace.runs}`]).status).not.toBe(0)
    const { findings } = await tiny.services.places.check('box')
    expect(findings.map(({ state }) => state)).toEqual(['good', 'good', 'good', 'good', 'good'])
    tiny.services.places.save({ kind: 'ssh', name: 'full', host: host.name, folder: '/proc/nowhere' })
    create('nowhere')
    await expect(tiny.services.startRun('nowhere', { place: 'full' })).rejects.toThrow(
      /cannot write to \/proc\/nowhere/,
    )
    expect(tiny.services.getRun('nowhere').summary).toMatchObject({ state: 'queued', place: null })
  })

  test(
    'hold what a training needs: it ends with the bytes of one here, and nothing but data is left there',
    async () => {
      create('there', ...everyStep)
      await tiny.services.startRun('there', { place: 'box' })
      expect(await follow('there')).toBe('finished')
      expect((await look('there')).place).toMatchObject({ name: 'box', state: 'ended' })
      const paths = readTraining(tiny.services, 'there').events.flatMap((event) =>
        'path' in event ? [event.path] : [],
      )
      expect(paths.every((path) => path.startsWith(folderOf('there')))).toBe(true)
      expect(existsSync(there(folderOf('there')))).toBe(false)
      expect(existsSync(there(tiny.services.workspace.cache))).toBe(true)
      await trainTiny(tiny.services, { name: 'here', datasets: tiny.datasets, set: everyStep })
      expect(resultOf('there')).toEqual(resultOf('here'))
    },
    timeout,
  )

  test(
    'score there too: the report of a run that was trained there is that of one here',
    async () => {
      const request = { run: 'there', dataset: 'test' }
      const far = await tiny.services.evaluateRun({ ...request, place: 'box' })
      expect(tiny.services.listEvaluations('there').map(({ createdAt }) => createdAt)).toEqual([far.createdAt])
      expect(findReport(tiny.services, { ...request, stage: 2, model: 'ensemble' })).toEqual(
        expect.objectContaining({
          createdAt: far.createdAt,
          runUpdatedAt: tiny.services.getRun('there').summary.updatedAt,
        }),
      )
      const near = await tiny.services.evaluateRun({ ...request, run: 'here' })
      expect(far.scores).toEqual(near.scores)
    },
    timeout,
  )

  test.runIf(process.env['TEST_ALL'] === '1')(
    'serve a study: its runs are trained and scored there, one after the other',
    async () => {
      const config = StudyConfigSchema.parse({
        name: 'ladder',
        datasets: tiny.datasets,
        test: 'test',
        preset: 'quick',
        seeds: [1, 2],
        place: 'box',
        set: [...tinySettings, 'shared.steps=4', 'shared.validateEvery=2'],
        rows: [{ name: 'marginal', method: 'marginal' }],
      })
      const { rows } = await runStudy(tiny.services, config, {
        note: () => undefined,
        async followRun(name, from) {
          const state = await tiny.services.followRun(name, () => undefined, { from, pollMs: 50 })
          tiny.services.requireFinished(name, state)
        },
        watchJob: (_label, work) => work({}),
      })
      const runs = rows[0]?.runs ?? []
      expect(runs.map((name) => readJobPlace(folderOf(name))?.place.name)).toEqual(['box', 'box'])
    },
    timeout,
  )

  test(
    'are the newer ones while the run is away: a lost connection, a pause, a killed trainer and a move home change no byte',
    async () => {
      const before = inodes()
      create('moved', ...everyStep)
      const pid = await startHalted('moved', 1, 'box')
      await wait(() => readTraining(tiny.services, 'moved').events.some(({ type }) => type === 'checkpoint'), 'news')
      expect(inodes()).toEqual(before)

      const second = spawnSync(process.execPath, [trainer, folderOf('moved')], { encoding: 'utf8' })
      expect(second).toMatchObject({ status: START_AGAIN_EXIT, stderr: expect.stringMatching(/is on box/) })
      const here = { place: 'this-machine' }
      await expect(tiny.services.startRun('moved', here)).rejects.toThrow(/running already: it runs on box/)

      await host.drop()
      await wait(() => /^no connection to there since/.test(say('moved')), 'a lost connection')
      expect((await look('moved')).state).toBe('running')
      await host.back()
      await wait(() => say('moved') === '', 'the connection')

      await tiny.services.controlRun('moved', 'pause')
      await wait(() => readRequest(there(folderOf('moved'))) === 'pause', 'the pause')
      release(pid, 'SIGCONT')
      expect(await follow('moved')).toBe('paused')
      expect(existsSync(there(folderOf('moved')))).toBe(false)

      release(await startHalted('moved', 2), 'SIGKILL')
      process.kill(courierOf('moved'), 'SIGKILL')
      expect(await follow('moved')).toBe('interrupted')

      await tiny.services.startRun('moved', here)
      expect(await follow('moved')).toBe('finished')
      expect(resultOf('moved')).toEqual(resultOf('here'))
    },
    timeout,
  )

  test(
    'are sent with their progress, go on after a cut and after the death of whoever sends, and can be cancelled',
    async () => {
      const fresh = mkdtempSync(join(tmpdir(), 'mosaic-other-'))
      tiny.services.places.save({ kind: 'ssh', name: 'fresh', host: host.name, folder: fresh })
      create('slow')
      // It must not be over before it is disturbed.
      host.limit(2)
      await tiny.services.startRun('slow', { place: 'fresh' })
      const sending = (): boolean => /^sending [\d.]+ k?B of [\d.]+ [kM]B$/.test(say('slow'))
      await wait(sending, 'the sending')
      expect(await look('slow')).toMatchObject({ state: 'queued', place: { name: 'fresh', state: 'waiting' } })

      await host.drop()
      await wait(() => /^no connection to there/.test(say('slow')), 'a lost connection')
      await host.back()
      await wait(sending, 'the sending after a cut')

      process.kill(courierOf('slow'), 'SIGKILL')
      await look('slow')
      await wait(sending, 'the sending by another courier')

      await tiny.services.controlRun('slow', 'stop')
      expect(await follow('slow')).toBe('stopped')
      host.limit(0)
      expect(existsSync(join(fresh, hostname(), folderOf('slow')))).toBe(false)
      rmSync(fresh, { recursive: true })
    },
    timeout,
  )
})
