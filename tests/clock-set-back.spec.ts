// The clock of a machine is set back by a day in the middle of a training, and by another before it goes on after a kill:
// real processes, to which libfaketime tells the time.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { RunDetailSchema } from '../contract/commands.ts'
import type { JobEvent } from '../contract/events.ts'
import { readJournal } from '../trainer/job-folder/read-journal.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { startHost, type HostProcess } from './helpers/host-process.ts'
import { workingPid } from './helpers/limit-memory.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 300_000
const settings = ['checkpoint.everySeconds=0', 'stage1.steps=10', 'stage2.steps=10', 'stage2.validateEvery=10']
const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path))

/** A clock that every process reads that is started with `env`. */
function openClock() {
  const file = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-clock-')), 'clock')
  const setBack = (days: number): void => writeFileSync(file, `-${days}d\n`)
  setBack(0)
  return {
    setBack,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // What no setting of a clock changes.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
}

const daysBetween = (a: JobEvent, b: JobEvent): number =>
  Math.round((Date.parse(b.time) - Date.parse(a.time)) / 86_400_000)

async function untilStep(folder: string, stage: 1 | 2, starts: number): Promise<void> {
  for (const end = performance.now() + timeout / 3; performance.now() < end; await sleep(5)) {
    const { events } = readJournal(folder)
    const begun = events.filter((event) => event.type === 'state' && event.state === 'running').length
    if (begun >= starts && events.some((event) => event.type === 'checkpoint' && event.stage === stage)) return
  }
  throw new Error(`waited in vain for stage ${stage}`)
}

describe.skipIf(library === undefined)(
  `a clock that is set back${library === undefined ? ' (skipped: libfaketime is not installed)' : ''}`,
  () => {
    let tiny: TinyStudy
    let undisturbed: Record<string, string>

    beforeAll(async () => {
      tiny = await openTinyStudy()
      const { folder } = await trainTiny(tiny.services, { name: 'undisturbed', datasets: tiny.datasets, set: settings })
      undisturbed = hashFiles(join(folder, 'checkpoints'))
    }, timeout)
    afterAll(() => tiny.services.close())

    const stateOf = async (host: HostProcess): Promise<string> =>
      RunDetailSchema.parse(await host.ask('GET', '/runs/back')).summary.state

    test(
      'stops no checkpoint, no progress and no resumption, and the weights are the same',
      async () => {
        const clock = openClock()
        tiny.services.createRun({
          ...{ name: 'back', datasets: tiny.datasets, preset: 'quick' },
          set: [...tinySettings, ...settings],
        })
        const folder = runFolderOf(tiny.services, 'back')
        const host = await startHost(tiny.home, [], clock.env)
        onTestFinished(() => void host.child.kill('SIGKILL'))
        await host.ask('POST', '/runs/back/resume', {})
        await untilStep(folder, 1, 1)
        clock.setBack(1)
        await untilStep(folder, 2, 1)
        process.kill(workingPid(folder), 'SIGKILL')
        await expect.poll(() => stateOf(host)).toBe('interrupted')
        clock.setBack(2)
        await host.ask('POST', '/runs/back/resume', {})
        await expect.poll(() => stateOf(host), { timeout, interval: 200 }).toBe('finished')

        const { events } = readJournal(folder)
        expect(events.slice(1).map((event, at) => daysBetween(events[at]!, event))).toSatisfy(
          (jumps: number[]) => jumps.filter((days) => days === -1).length === 2 && jumps.every((days) => days <= 0),
        )
        // A checkpoint a step, whatever the clock said.
        const steps = events.flatMap((event) => (event.type === 'checkpoint' && event.stage === 1 ? event.step : []))
        expect(new Set(steps).size).toBe(10)
        expect(hashFiles(join(folder, 'checkpoints'))).toEqual(undisturbed)
      },
      timeout,
    )
  },
)
