// A training that the system refuses memory, or ends for want of it: nothing is lost, and a smaller patch goes on.
// Real trainer children under a real limit.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MEMORY_USE_FILE, MemoryUseSchema } from '../contract/memory.ts'
import { PlanSchema } from '../contract/plan.ts'
import { atStep, startAndKill } from './helpers/kill-trainer.ts'
import { canLimitMemory, liftLimit, limitWhenPrepared } from './helpers/limit-memory.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { readTraining, runFolderOf } from './helpers/train-tiny.ts'

// oneDNN may end the process where TensorFlow's own kernels are refused: that case is the killed one's below.
process.env['TF_ENABLE_ONEDNN_OPTS'] = '0'

const timeout = 300_000
/** Much memory for little work: more than is spare, and with a smaller patch less. */
const large = [
  'plan.patch=128,128,128',
  'network.baseChannels=2',
  'network.convolutions=1',
  'augmentation.enabled=false',
  'stage1.steps=1',
  'stage1.validateEvery=1',
]
/** Some of it is for the thread that cuts patches. */
const spareMb = 700
/** Still a while to go when they are killed. */
const long = ['checkpoint.everySeconds=0', 'stage1.steps=60', 'stage1.validateEvery=60']

let tiny: TinyStudy
beforeAll(async () => void (tiny = await openTinyStudy()), timeout)
afterAll(() => tiny.services.close())

function create(name: string, ...set: string[]): string {
  const request = { name, datasets: tiny.datasets, preset: 'quick' as const, stages: '1' as const }
  tiny.services.createRun({ ...request, set: [...tinySettings, ...set] })
  return runFolderOf(tiny.services, name)
}
/** A refusal is met once; what comes then has all memory. */
const follow = (name: string) =>
  tiny.services.followRun(
    name,
    (event) => {
      if (event.type === 'out-of-memory' && event.taken) liftLimit(runFolderOf(tiny.services, name))
    },
    { pollMs: 20 },
  )
const patchOf = (folder: string) => PlanSchema.parse(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))).patch
const voxels = (patch: readonly number[]): number => patch.reduce((product, size) => product * size, 1)

async function trainLimited(name: string, folder: string) {
  await tiny.services.startRun(name)
  const [state] = await Promise.all([follow(name), limitWhenPrepared(folder, spareMb)])
  return state
}

describe.runIf(canLimitMemory)('a trainer that is refused memory', () => {
  test(
    'pauses, says why, proposes a smaller patch, and goes on with it',
    async () => {
      const folder = create('asks', ...large)
      expect(await trainLimited('asks', folder)).toBe('paused')
      const { memoryOffer, devices } = tiny.services.getRun('asks')
      expect(memoryOffer).toMatchObject({ patch: [128, 128, 128], message: expect.stringContaining('128 x 128 x 128') })
      expect(devices).toEqual([expect.objectContaining({ type: 'CPU', memoryMb: expect.any(Number) })])
      expect(() => tiny.services.requireFinished('asks', 'paused')).toThrow(/resume asks --smaller-patch/)
      await tiny.services.startRun('asks', { smallerPatch: true })
      expect(await follow('asks')).toBe('finished')
      expect(patchOf(folder)).toEqual(memoryOffer?.smallerPatch)
      expect(tiny.services.getRun('asks').memoryOffer).toBeNull()
    },
    timeout,
  )

  test(
    'goes on by itself where the configuration says so',
    async () => {
      const folder = create('shrinks', ...large, 'runtime.onOutOfMemory=shrink')
      expect(await trainLimited('shrinks', folder)).toBe('finished')
      const { events } = readTraining(tiny.services, 'shrinks')
      const refusals = events.filter((event) => event.type === 'out-of-memory')
      expect(refusals.length).toBeGreaterThan(0)
      expect(refusals.every(({ taken }) => taken)).toBe(true)
      expect(patchOf(folder)).toEqual(refusals.at(-1)?.smallerPatch)
      expect(voxels(patchOf(folder))).toBeLessThan(0.6 * 128 ** 3)
    },
    timeout,
  )
})

describe('a trainer that was killed', () => {
  test(
    'near the end of the memory: the same offer; for another reason: none',
    async () => {
      const folder = create('killed', ...long)
      await startAndKill(tiny.services, 'killed', atStep(1, 2))
      expect(tiny.services.getRun('killed').memoryOffer).toBeNull()
      await expect(tiny.services.startRun('killed', { smallerPatch: true })).rejects.toThrow(
        /did not run out of memory/,
      )

      const path = join(folder, MEMORY_USE_FILE)
      const use = MemoryUseSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
      expect(use.residentMb).toBeGreaterThan(50)
      writeFileSync(path, JSON.stringify({ ...use, residentMb: 0.9 * use.limitMb }))
      const { memoryOffer } = tiny.services.getRun('killed')
      expect(memoryOffer).toMatchObject({ patch: [16, 16, 16], message: expect.stringContaining('ended from outside') })
      await tiny.services.startRun('killed', { smallerPatch: true })
      expect(await follow('killed')).toBe('finished')
      expect(patchOf(folder)).toEqual(memoryOffer?.smallerPatch)
    },
    timeout,
  )

  test(
    'by C++, which could not allocate: its log tells',
    async () => {
      const folder = create('aborted', ...long)
      await startAndKill(tiny.services, 'aborted', atStep(1, 1))
      appendFileSync(
        join(folder, 'trainer.log'),
        "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n",
      )
      expect(tiny.services.getRun('aborted').memoryOffer?.message).toMatch(/was refused memory/)
    },
    timeout,
  )
})
