// The host is killed while a trainer works, alone and together with it: the trainer goes on, the next host shows it as if
// nothing had happened, and what is resumed ends with the very bytes of an undisturbed training. Real processes throughout.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { RunSummary } from '../contract/commands.ts'
import { readJournal } from '../trainer/job-folder/read-journal.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { startHost, type HostProcess } from './helpers/host-process.ts'
import { workingPid } from './helpers/limit-memory.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 300_000
/** A stage 2 that takes longer than a host to begin. */
const settings = ['checkpoint.everySeconds=0', 'stage2.steps=40', 'stage2.validateEvery=40']

let tiny: TinyStudy
let undisturbed: Record<string, string>

const resultOf = (folder: string): Record<string, string> => ({
  ...hashFiles(join(folder, 'checkpoints')),
  ...hashFiles(join(folder, 'pseudo-labels')),
})

beforeAll(async () => {
  tiny = await openTinyStudy()
  undisturbed = resultOf(
    (await trainTiny(tiny.services, { name: 'undisturbed', datasets: tiny.datasets, set: settings })).folder,
  )
}, timeout)
afterAll(() => tiny.services.close())

async function openHost(): Promise<HostProcess> {
  const host = await startHost(tiny.home)
  onTestFinished(() => void host.child.kill('SIGKILL'))
  return host
}

/** Made here, so that its settings are those of the undisturbed one; started and watched through hosts. */
function create(name: string): string {
  tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...settings] })
  return runFolderOf(tiny.services, name)
}

const summaryOf = async (host: HostProcess, name: string): Promise<RunSummary> =>
  ((await host.ask('GET', `/runs/${name}`)) as { summary: RunSummary }).summary

/** Waits for a checkpoint of a stage after its first step: the training is in the middle of it then. */
async function untilStage(folder: string, stage: 1 | 2): Promise<void> {
  for (const end = performance.now() + timeout / 2; performance.now() < end; await sleep(5)) {
    const { events } = readJournal(folder)
    if (events.some((event) => event.type === 'checkpoint' && event.stage === stage)) return
    if (events.some((event) => event.type === 'state' && event.state !== 'running')) throw new Error('it ended before')
  }
  throw new Error(`waited in vain for stage ${stage}`)
}

async function untilFinished(host: HostProcess, name: string): Promise<RunSummary> {
  await expect.poll(async () => (await summaryOf(host, name)).state, { timeout, interval: 200 }).toBe('finished')
  return summaryOf(host, name)
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test(
  'the host is killed in both stages: the trainer goes on, and the next host shows it',
  async () => {
    const folder = create('orphaned')
    let host = await openHost()
    await host.ask('POST', '/runs/orphaned/resume', {})
    for (const stage of [1, 2] as const) {
      await untilStage(folder, stage)
      const pid = workingPid(folder)
      await host.kill()
      expect(isAlive(pid)).toBe(true)
      // It must not be over before it is looked at.
      process.kill(pid, 'SIGSTOP')
      host = await openHost()
      const { state, progress } = await summaryOf(host, 'orphaned')
      expect(state).toBe('running')
      expect(progress).not.toBeNull()
      process.kill(pid, 'SIGCONT')
    }
    await untilFinished(host, 'orphaned')
    // One trainer from beginning to end.
    const starts = readJournal(folder).events.filter((event) => event.type === 'state' && event.state === 'running')
    expect(starts).toHaveLength(1)
    expect(resultOf(folder)).toEqual(undisturbed)
  },
  timeout,
)

test(
  'host and trainer are killed in both stages: the next host says so, and what it resumes ends with the same bytes',
  async () => {
    const folder = create('both')
    let host = await openHost()
    for (const stage of [1, 2] as const) {
      await host.ask('POST', '/runs/both/resume', {})
      await untilStage(folder, stage)
      const pid = workingPid(folder)
      process.kill(pid, 'SIGKILL')
      await host.kill()
      host = await openHost()
      await expect.poll(() => isAlive(pid)).toBe(false)
      expect((await summaryOf(host, 'both')).state).toBe('interrupted')
    }
    await host.ask('POST', '/runs/both/resume', {})
    await untilFinished(host, 'both')
    expect(resultOf(folder)).toEqual(undisturbed)
  },
  timeout,
)
