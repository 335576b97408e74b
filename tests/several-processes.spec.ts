// The models of a stage in several processes: the same bytes as in one, whatever happens to the processes meanwhile.
// Real trainer children and grandchildren, on the processor: what a graphics card changes is only where each computes.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProcessSchema } from '../contract/job.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { atStep, startAndKill } from './helpers/kill-trainer.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, readTraining, runFolderOf, trainTiny, type Training } from './helpers/train-tiny.ts'

const timeout = 400_000
const shared = ['checkpoint.everySeconds=0', 'stage2.accuracySource=patch', 'stage2.featureSimilarity.ramp=0']

let tiny: TinyStudy
let one: Training

const train = (name: string, ...set: string[]) =>
  trainTiny(tiny.services, { name, datasets: tiny.datasets, set: [...shared, ...set] })
const resultOf = (folder: string): Record<string, string> => ({
  ...hashFiles(join(folder, 'checkpoints')),
  ...hashFiles(join(folder, 'pseudo-labels')),
})
/** All numbers but those that tell of the machine, in an order of their own: processes report one after the other. */
const numbersOf = ({ metrics }: Pick<Training, 'metrics'>) =>
  metrics
    .filter(({ name }) => !['dataWaitShare', 'peakMemoryMb'].includes(name))
    .map((metric) => JSON.stringify(metric))
    .sort()
const deviceCounts = ({ events }: Pick<Training, 'events'>) =>
  events.flatMap((event) => (event.type === 'device' ? [event.devices.length] : []))

/** Ends a process that the trainer of a run started. */
function killOneOf(name: string): void {
  const path = join(runFolderOf(tiny.services, name), 'process.json')
  const { pid } = ProcessSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  process.kill(Number(children.trim().split('\n').at(-1)), 'SIGKILL')
}

beforeAll(async () => {
  tiny = await openTinyStudy()
  one = await train('one')
}, timeout)
afterAll(() => tiny.services.close())

describe('two processes', () => {
  test(
    'train both stages to the same bytes as one, and measure the same',
    async () => {
      const two = await train('two', 'runtime.processes=2')
      expect([one.state, two.state]).toEqual(['finished', 'finished'])
      expect(deviceCounts(one)).toEqual([1])
      expect(deviceCounts(two)).toEqual([1, 2, 2])
      expect(resultOf(two.folder)).toEqual(resultOf(one.folder))
      expect(numbersOf(two)).toEqual(numbersOf(one))
      expect(hashFiles(join(two.folder, 'slices'))).toEqual(hashFiles(join(one.folder, 'slices')))
    },
    timeout,
  )

  test(
    'are killed, and one process goes on from their checkpoint to the same bytes',
    async () => {
      const request = { name: 'moved', datasets: tiny.datasets, preset: 'quick' as const }
      tiny.services.createRun({ ...request, set: [...tinySettings, ...shared, 'runtime.processes=3'] })
      expect(await startAndKill(tiny.services, 'moved', atStep(1, 2))).toBe(true)
      const folder = runFolderOf(tiny.services, 'moved')
      const run = join(folder, 'run.json')
      execFileSync('sed', ['-i', 's/"processes": 3/"processes": 1/', run])
      expect(readFileSync(run, 'utf8')).toContain('"processes": 1')
      expect((await continueTiny(tiny.services, 'moved')).state).toBe('finished')
      expect(resultOf(folder)).toEqual(resultOf(one.folder))
    },
    timeout,
  )

  test(
    'one of them is ended by the system: the run pauses, says why, and goes on to the same bytes',
    async () => {
      const request = { name: 'bereft', datasets: tiny.datasets, preset: 'quick' as const }
      tiny.services.createRun({ ...request, set: [...tinySettings, ...shared, 'runtime.processes=2'] })
      await tiny.services.startRun('bereft')
      let killed = false
      const state = await tiny.services.followRun('bereft', (event) => {
        if (killed || event.type !== 'checkpoint' || event.stage !== 1) return
        killed = true
        killOneOf('bereft')
      })
      expect(state).toBe('paused')
      expect(tiny.services.getRun('bereft').memoryOffer?.patch).toEqual([16, 16, 16])
      const { state: end, folder } = await continueTiny(tiny.services, 'bereft')
      expect(end).toBe('finished')
      expect(resultOf(folder)).toEqual(resultOf(one.folder))
      expect(readTraining(tiny.services, 'bereft').events.filter(({ type }) => type === 'out-of-memory')).toHaveLength(
        1,
      )
    },
    timeout,
  )
})
