// Runs on another machine that sees no folder of this one: what they need is sent, what they make comes back. The other
// machine is this one behind a real sshd, with the workspace hidden from whatever is started there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunSummary } from '../contract/commands.ts'
import { START_AGAIN_EXIT } from '../contract/job.ts'
import { readJobPlace } from '../trainer/job-folder/read-job-place.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { until } from './helpers/slurm-cluster.ts'
import { openSshHost, whyNoOtherMachine, type SshHost } from './helpers/ssh-host.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const reason = whyNoOtherMachine()
const timeout = 240_000
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
  const say = (name: string): string => readJobPlace(folderOf(name))?.word.reason ?? ''

  beforeAll(async () => {
    ;[host, tiny] = await Promise.all([openSshHost(), openTinyStudy({ testCases: 1 })])
    host.hide(tiny.home)
    folder = mkdtempSync(join(tmpdir(), 'mosaic-other-'))
    tiny.services.places.save({ kind: 'ssh', name: 'box', host: host.name, folder })
  }, timeout)
  afterAll(async () => {
    await host?.close()
    tiny?.services.close()
    // Couriers that are still on their way end with their job.
    if (tiny) rmSync(tiny.home, { recursive: true, force: true })
  }, timeout)

  test('are made by a place that the check finds good, and refused in words where it is not', async () => {
    const { findings } = await tiny.services.places.check('box')
    expect(findings.map(({ state }) => state)).toEqual(['good', 'good', 'good', 'good', 'good'])
    tiny.services.places.save({ kind: 'ssh', name: 'full', host: host.name, folder: '/proc/nowhere' })
    create('nowhere')
    await expect(tiny.services.startRun('nowhere', { place: 'full' })).rejects.toThrow(/cannot write to \/proc\/nowhere/)
    expect(tiny.services.getRun('nowhere').summary).toMatchObject({ state: 'queued', place: null })
  })

  test(
    'hold what a training needs: it ends with the bytes of one here, and nothing but data is left there',
    async () => {
      create('there')
      await tiny.services.startRun('there', { place: 'box' })
      await expect(tiny.services.startRun('there')).rejects.toThrow(/running already|waits for its turn/)
      expect(await follow('there')).toBe('finished')
      expect((await look('there')).place).toMatchObject({ name: 'box', state: 'ended' })
      const paths = readTraining(tiny.services, 'there').events.flatMap((event) => 'path' in event ? [event.path] : [])
      expect(paths.every((path) => path.startsWith(folderOf('there')))).toBe(true)
      expect(existsSync(there(folderOf('there')))).toBe(false)
      expect(existsSync(there(tiny.services.workspace.cache))).toBe(true)
      await trainTiny(tiny.services, { name: 'here', datasets: tiny.datasets })
      expect(resultOf('there')).toEqual(resultOf('here'))
    },
    timeout,
  )
})
