// A run that is killed with SIGKILL at any moment and resumed ends with the very bytes of one that nobody disturbed:
// weights, optimiser state and pseudo labels. Real trainer children, real files.
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostProcessingSchema } from '../contract/post-processing.ts'
import { createRandom } from '../trainer/imaging/random.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { atProgress, atStep, killTrainer, startAndKill, type KillPoint } from './helpers/kill-trainer.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const everyStep = 'checkpoint.everySeconds=0'
const timeout = 300_000

let tiny: TinyStudy
let undisturbed: Record<string, string>

const resultOf = (folder: string): Record<string, string> => ({
  ...hashFiles(join(folder, 'checkpoints')),
  ...hashFiles(join(folder, 'pseudo-labels')),
  'post-processing.json': readFileSync(join(folder, 'post-processing.json'), 'utf8'),
})
const create = (name: string, ...set: string[]): string => {
  tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
  return runFolderOf(tiny.services, name)
}
const train = (name: string, ...set: string[]) => trainTiny(tiny.services, { name, datasets: tiny.datasets, set })

/** Every point is a new child; those that the training outran count as reached. @returns the points that killed */
async function killAtEach(name: string, points: readonly KillPoint[]): Promise<string[]> {
  const reached: string[] = []
  for (const point of points) if (await startAndKill(tiny.services, name, point)) reached.push(point.name)
  return reached
}

beforeAll(async () => {
  tiny = await openTinyStudy()
  const training = await train('undisturbed', everyStep)
  expect(training.state).toBe('finished')
  undisturbed = resultOf(training.folder)
}, timeout)
afterAll(() => tiny.services.close())

test('the undisturbed run left every file that is compared', () => {
  const names = Object.keys(undisturbed)
  const weights = [1, 2].flatMap((stage) =>
    ['last', 'model1', 'model2', 'model3'].map((what) => `stage${stage}-${what}`),
  )
  expect(names).toEqual(expect.arrayContaining(weights.map((name) => `${name}.safetensors`)))
  expect(names.filter((name) => name.endsWith('.zarr/codes/zarr.json'))).toHaveLength(3 * 2)
  expect(names).toContain('calibration.json')
  const chosen = PostProcessingSchema.parse(JSON.parse(undisturbed['post-processing.json']!))
  expect(chosen.stage).toBe(2)
  // Each organ is judged on the validation cases that label it, and no choice lowers its Dice there.
  expect(chosen.organs.length).toBeGreaterThan(0)
  for (const { cases, diceBefore, diceAfter } of chosen.organs) {
    expect(cases).toBeGreaterThan(0)
    expect(diceAfter).toBeGreaterThanOrEqual(diceBefore)
  }
})

describe('kill -9 and resume', () => {
  test(
    'in every phase, with a checkpoint after every step: the same bytes',
    async () => {
      rmSync(tiny.services.workspace.cache, { recursive: true })
      const folder = create('killed', everyStep)
      const points = [
        atProgress('preprocess'),
        atStep(1, 1),
        // Half a step later, and in the middle of whatever comes then: a step, a validation, a write.
        atStep(1, 2, 15),
        atStep(1, 3, 40),
        atProgress('calibrate'),
        atProgress('pseudo-labels'),
        atStep(2, 1, 10),
        atStep(2, 3, 25),
      ]
      const reached = await killAtEach('killed', points)
      expect(reached.length).toBeGreaterThanOrEqual(6)
      // What a process leaves that dies in the middle of a line.
      appendFileSync(join(folder, 'events.jsonl'), '{"seq":9999,"time":"20')
      expect(await continueTiny(tiny.services, 'killed')).toMatchObject({ state: 'finished' })
      expect(resultOf(folder)).toEqual(undisturbed)
    },
    timeout,
  )

  test(
    'without a checkpoint since the start of the stage: the stage begins again, the same bytes',
    async () => {
      const folder = create('rarely-saved', 'checkpoint.everySeconds=3600')
      const validated = (stage: 1 | 2): KillPoint => ({
        name: `first validation of stage ${stage}`,
        after: (event) => event.type === 'checkpoint' && event.stage === stage && event.kind === 'best',
      })
      expect(await killAtEach('rarely-saved', [validated(1), validated(2)])).toHaveLength(2)
      expect(await continueTiny(tiny.services, 'rarely-saved')).toMatchObject({ state: 'finished' })
      expect(resultOf(folder)).toEqual(undisturbed)
    },
    timeout,
  )

  test('the journal of a killed run is numbered without a gap and says what happened to the run', () => {
    const { events } = readTraining(tiny.services, 'killed')
    const states = events.flatMap((event) => (event.type === 'state' ? [event.state] : []))
    expect(states.at(-1)).toBe('finished')
    expect(states.filter((state) => state === 'running').length).toBeGreaterThanOrEqual(7)
    const steps = events.flatMap((event) =>
      event.type === 'checkpoint' && event.kind === 'final' ? [event.stage] : [],
    )
    expect(steps).toEqual([1, 2])
  })

  test.runIf(process.env['TEST_ALL'] === '1')(
    'at 50 random moments over both stages',
    async () => {
      const steps = [1, 2, 3, 4]
      // Counted in what the training does, not in seconds: on a slow machine these would all fall into its start.
      const places = [
        atProgress('preprocess'),
        ...steps.map((step) => atStep(1, step)),
        atProgress('calibrate'),
        atProgress('pseudo-labels'),
        ...steps.map((step) => atStep(2, step)),
      ]
      const random = createRandom(50, 'kill')
      const killed = new Set<string>()
      for (let kills = 0, round = 0; kills < 50; round++) {
        const folder = create(`random-${round}`, everyStep)
        rmSync(tiny.services.workspace.cache, { recursive: true, force: true })
        for (let place = Math.floor(random.between(0, 3)); kills < 50; place += Math.floor(random.between(0, 3))) {
          const { name, after } = places[Math.min(place, places.length - 1)]!
          if (!(await startAndKill(tiny.services, `random-${round}`, { name, after, delayMs: random.between(0, 60) })))
            break
          kills += 1
          killed.add(name)
        }
        const { state } = tiny.services.getRun(`random-${round}`).summary
        if (state !== 'finished') await continueTiny(tiny.services, `random-${round}`)
        expect(resultOf(folder)).toEqual(undisturbed)
      }
      for (const stage of [1, 2])
        expect([...killed].filter((name) => name.startsWith(`stage ${stage}`))).not.toEqual([])
    },
    3_600_000,
  )
})

test(
  'pause and resume in both stages: the same bytes',
  async () => {
    const folder = create('paused', everyStep)
    for (const stage of [1, 2] as const) {
      await tiny.services.startRun('paused')
      const reached = atStep(stage, 1).after
      let asked = false
      const state = await tiny.services.followRun(
        'paused',
        (event) => {
          if (!asked && reached(event)) void tiny.services.controlRun('paused', 'pause')
          asked ||= reached(event)
        },
        { pollMs: 2 },
      )
      expect(state).toBe('paused')
    }
    expect(await continueTiny(tiny.services, 'paused')).toMatchObject({ state: 'finished' })
    expect(resultOf(folder)).toEqual(undisturbed)
  },
  timeout,
)

test(
  'the same configuration gives the same weights, another seed gives others',
  async () => {
    const short = ['stage1.steps=2', 'pseudoLabels.calibrate=off']
    const weightsOf = async (name: string, seed: number) => {
      const request = { name, datasets: tiny.datasets, stages: '1' as const, set: [...short, `seed=${seed}`] }
      const { folder } = await trainTiny(tiny.services, request)
      return hashFiles(join(folder, 'checkpoints'))
    }
    const first = await weightsOf('seed-5', 5)
    expect(Object.keys(first)).toHaveLength(4)
    expect(await weightsOf('seed-5-again', 5)).toEqual(first)
    const other = await weightsOf('seed-6', 6)
    for (const [file, hash] of Object.entries(first)) expect(other[file]).not.toBe(hash)
  },
  timeout,
)

test(
  'a run has one trainer: a second one is refused, and of two at once one starts',
  async () => {
    const folder = create('contested', 'stage1.steps=100000', everyStep)
    const results = await Promise.allSettled([tiny.services.startRun('contested'), tiny.services.startRun('contested')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(tiny.services.startRun('contested')).rejects.toThrow(/Run contested is running already/)
    expect(await killTrainer(tiny.services, 'contested')).toBe(true)
    expect(readTraining(tiny.services, 'contested').folder).toBe(folder)
  },
  timeout,
)
