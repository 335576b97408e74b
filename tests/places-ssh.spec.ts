// Runs on another machine over SSH, which here is this one behind a real sshd: started, watched, stopped, gone on with; a
// connection that drops is no failed run. Skipped with its reason where there is no sshd.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunSummary } from '../contract/commands.ts'
import { lookAtJobs } from '../electron/services/places/look-at-jobs.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openSshHost, whyNoSsh, type SshHost } from './helpers/ssh-host.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const reason = whyNoSsh()
const timeout = 240_000

describe.skipIf(reason !== null)(`another machine over SSH${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let host: SshHost
  let tiny: TinyStudy

  const start = async (name: string, ...set: string[]): Promise<void> => {
    tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
    await tiny.services.startRun(name, { place: 'box' })
  }
  const look = async (name: string): Promise<RunSummary> => {
    // At once, however short ago it was asked.
    await lookAtJobs([runFolderOf(tiny.services, name)], 0)
    return tiny.services.getRun(name).summary
  }
  const follow = (name: string) => tiny.services.followRun(name, () => undefined, { pollMs: 50 })

  beforeAll(async () => {
    ;[host, tiny] = await Promise.all([openSshHost(), openTinyStudy()])
    tiny.services.places.save({ kind: 'ssh', name: 'box', host: host.name })
  }, timeout)
  afterAll(async () => {
    await host?.close()
    tiny?.services.close()
  }, timeout)

  test('is found good by the check; one that cannot be reached is named', async () => {
    expect((await tiny.services.places.check('box')).findings.map(({ state }) => state)).toEqual([
      'good',
      'good',
      'good',
    ])
    tiny.services.places.save({ kind: 'ssh', name: 'nobody', host: 'nobody.invalid' })
    expect((await tiny.services.places.check('nobody')).findings).toEqual([
      { state: 'missing', message: expect.stringMatching(/ssh does not reach nobody\.invalid without a password/) },
    ])
    tiny.services.places.save({ kind: 'ssh', name: 'bare', host: host.name, command: '/nowhere/organ-mosaic' })
    expect((await tiny.services.places.check('bare')).findings.at(-1)).toMatchObject({ state: 'missing' })
  })

  test(
    'trains to the same bytes as this machine',
    async () => {
      const here = await trainTiny(tiny.services, { name: 'here', datasets: tiny.datasets })
      await start('there')
      expect(await follow('there')).toBe('finished')
      const folder = runFolderOf(tiny.services, 'there')
      expect(hashFiles(join(folder, 'checkpoints'))).toEqual(hashFiles(join(here.folder, 'checkpoints')))
      expect(readFileSync(join(folder, 'trainer.log'), 'utf8')).toContain('=== started at ')
      expect((await look('there')).place).toMatchObject({ name: 'box', kind: 'ssh' })
    },
    timeout,
  )

  test(
    'a dropped connection is no failed run; it is stopped, goes on, and one that died is seen as interrupted',
    async () => {
      await start('long', 'stage1.steps=100000')
      await expect(tiny.services.startRun('long')).rejects.toThrow(/running already/)
      await host.drop()
      expect((await look('long')).state).toBe('running')
      await host.back()
      await tiny.services.controlRun('long', 'stop')
      expect(await follow('long')).toBe('stopped')
      await expect.poll(async () => (await look('long')).place?.state, { timeout: 60_000 }).toBe('ended')
      await tiny.services.startRun('long')
      const { place } = await look('long')
      expect(place?.name).toBe('box')
      process.kill(Number(place?.job), 'SIGKILL')
      await expect.poll(async () => (await look('long')).state, { timeout: 60_000 }).toBe('interrupted')
    },
    timeout,
  )
})
