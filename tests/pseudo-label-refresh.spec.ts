// Pseudo labels that stage 2 makes anew, and those that it makes at the patch: what is learned from when, and that a kill
// at any moment, in the middle of a refresh too, changes no byte. Real trainer children, real files.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashFiles } from './helpers/hash-files.ts'
import { atStep, startAndKill, type KillPoint } from './helpers/kill-trainer.ts'
import { gullible, openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, runFolderOf, trainTiny, type Training } from './helpers/train-tiny.ts'

const timeout = 300_000
const refreshed = [
  'checkpoint.everySeconds=0',
  'stage2.steps=6',
  'stage2.validateEvery=3',
  'pseudoLabels.refresh=2',
  ...gullible,
]

let tiny: TinyStudy
let undisturbed: Training

const train = (name: string, ...set: string[]) => trainTiny(tiny.services, { name, datasets: tiny.datasets, set })
const create = (name: string, ...set: string[]): string => {
  tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
  return runFolderOf(tiny.services, name)
}
const resultOf = (folder: string): Record<string, string> => ({
  ...hashFiles(join(folder, 'checkpoints')),
  ...hashFiles(join(folder, 'pseudo-labels')),
  ...Object.fromEntries(
    Object.entries(hashFiles(join(folder, 'pseudo-labels-refreshed'))).map(([path, hash]) => [`again/${path}`, hash]),
  ),
})
const labelled = (folder: string, ...root: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(hashFiles(join(folder, ...root))).filter(([path]) => path.includes('codes/c/')))
/** The n-th of all cases that get pseudo labels, over all versions of them. */
const atLabelledCase = (n: number): KillPoint => ({
  name: `pseudo label ${n}`,
  after: (event) => event.type === 'progress' && event.phase === 'pseudo-labels' && event.done >= n,
})

beforeAll(async () => {
  tiny = await openTinyStudy()
  undisturbed = await train('undisturbed', ...refreshed)
}, timeout)
afterAll(() => tiny.services.close())

describe('pseudoLabels.refresh', () => {
  test('makes every label anew as often as asked, evenly over the stage, and counts it as progress', () => {
    expect(undisturbed.state).toBe('finished')
    const first = labelled(undisturbed.folder, 'pseudo-labels')
    const again = [1, 2].map((k) => labelled(undisturbed.folder, 'pseudo-labels-refreshed', String(k)))
    for (const version of again) {
      expect(Object.keys(version)).toEqual(Object.keys(first))
      expect(version).not.toEqual(first)
    }
    expect(again[0]).not.toEqual(again[1])
    const steps = undisturbed.events.flatMap((event): (string | number)[] => {
      if (event.type === 'log' && event.message.includes('made anew')) return [event.message]
      return event.type === 'checkpoint' && event.stage === 2 && event.kind !== 'best' ? [event.step] : []
    })
    expect(steps).toEqual([
      ...[1, 2, 'Pseudo labels are made anew by the models of stage 2 (1 of 2).'],
      ...[3, 4, 'Pseudo labels are made anew by the models of stage 2 (2 of 2).', 5, 6],
    ])
    const counts = undisturbed.events.flatMap((event) =>
      event.type === 'progress' && event.phase === 'pseudo-labels' ? [`${event.done}/${event.total}`] : [],
    )
    expect(counts).toEqual(expect.arrayContaining(['1/18', '7/18', '13/18', '18/18']))
  })

  test(
    'changes what stage 2 learns from, and nothing before it',
    async () => {
      const without = await train('without', ...refreshed, 'pseudoLabels.refresh=0')
      const [with2, with0] = [resultOf(undisturbed.folder), resultOf(without.folder)]
      expect(with0['stage1-last.safetensors']).toBe(with2['stage1-last.safetensors'])
      expect(with0['stage2-last.safetensors']).not.toBe(with2['stage2-last.safetensors'])
      expect(labelled(without.folder, 'pseudo-labels')).toEqual(labelled(undisturbed.folder, 'pseudo-labels'))
      expect(existsSync(join(without.folder, 'pseudo-labels-refreshed'))).toBe(false)
    },
    timeout,
  )

  test(
    'killed before, in the middle of and after each refresh: the same bytes',
    async () => {
      const folder = create('killed', ...refreshed)
      const points = [atStep(2, 2), atLabelledCase(7), atStep(2, 3), atStep(2, 4), atLabelledCase(14), atStep(2, 5, 20)]
      const reached: string[] = []
      for (const point of points) if (await startAndKill(tiny.services, 'killed', point)) reached.push(point.name)
      expect(reached).toEqual(expect.arrayContaining(['pseudo label 7', 'pseudo label 14']))
      expect(await continueTiny(tiny.services, 'killed')).toMatchObject({ state: 'finished' })
      expect(resultOf(folder)).toEqual(resultOf(undisturbed.folder))
    },
    timeout,
  )

  test(
    'spread over two processes: the same bytes',
    async () => {
      const spread = await train('spread', ...refreshed, 'runtime.processes=2')
      expect(spread.state).toBe('finished')
      expect(resultOf(spread.folder)).toEqual(resultOf(undisturbed.folder))
    },
    timeout,
  )
})

describe('pseudoLabels.source=online', () => {
  const online = ['checkpoint.everySeconds=0', 'pseudoLabels.source=online', 'stage2.steps=10', ...gullible]

  test(
    'labels patches in stage 2 alone, in one process, and goes on exactly',
    async () => {
      const training = await train('online', ...online, 'runtime.processes=2')
      expect(training.state).toBe('finished')
      const shares = training.metrics.filter(({ name }) => name === 'onlineLabelled')
      expect(shares.map(({ stage, model }) => [stage, model])).toEqual([1, 2, 3].map((model) => [2, model]))
      for (const { value } of shares) expect(value).toBeGreaterThan(0)
      expect(labelled(training.folder, 'pseudo-labels')).toEqual({})
      const alone = training.events.filter(
        (event) => event.type === 'log' && /Stage 2 trains in one process/.test(event.message),
      )
      expect(alone).toHaveLength(1)

      const folder = create('online-killed', ...online)
      expect(await startAndKill(tiny.services, 'online-killed', atStep(2, 4))).toBe(true)
      expect(await continueTiny(tiny.services, 'online-killed')).toMatchObject({ state: 'finished' })
      expect(resultOf(folder)).toEqual(resultOf(training.folder))
    },
    timeout,
  )

  test(
    'leaves foreign patches to their true labels when told so',
    async () => {
      const [all, own] = [
        await train('online-all', ...online),
        await train('online-own', ...online, 'pseudoLabels.onlineForeign=off'),
      ]
      expect(own.state).toBe('finished')
      expect(hashFiles(join(own.folder, 'checkpoints'))).not.toEqual(hashFiles(join(all.folder, 'checkpoints')))
    },
    timeout,
  )

  test.each([
    ['pseudoLabels.review=on', /pseudoLabels\.review works on stored pseudo labels/],
    ['pseudoLabels.refresh=1', /pseudoLabels\.refresh works on stored pseudo labels/],
  ])('%s is refused', (setting, message) => {
    expect(() => create('refused', 'pseudoLabels.source=online', setting)).toThrow(message)
  })
})
