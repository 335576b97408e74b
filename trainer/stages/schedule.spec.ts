import { describe, expect, it } from 'vitest'
import { stageSchedule, updateRequests, type ScheduleSetup } from './schedule.ts'

const setup: ScheduleSetup = { seed: 1, stage: 1, datasets: 4, steps: 6, batch: 1, foreignShare: 0.5 }
const all = (more: Partial<ScheduleSetup>, from = 0) => [...stageSchedule({ ...setup, ...more }, from)]

describe('the budget of a stage', () => {
  it.each([
    { what: 'the default', more: {}, patches: 6 * 4 },
    { what: 'batches of two', more: { batch: 2 }, patches: 6 * 4 * 2 },
    { what: 'no mutual term', more: { foreignShare: 0 }, patches: 6 * 4 },
    { what: 'nine datasets', more: { datasets: 9 }, patches: 6 * 9 },
    { what: 'a single dataset', more: { datasets: 1 }, patches: 6 },
    { what: 'the shared network', more: { stage: 0 as const }, patches: 6 * 4 },
  ])('$what: $patches patches', ({ more, patches }) => {
    expect(all(more).length).toBe(patches)
  })
})

describe('the patches of a model', () => {
  const ownOf = (more: Partial<ScheduleSetup>) =>
    all(more)
      .filter(({ model }) => model === 1)
      .map(({ own }) => own)

  it.each([
    { foreignShare: 0.5, batch: 1, own: [true, false, true, false, true, false] },
    { foreignShare: 0.25, batch: 1, own: [true, true, true, false, true, true] },
    {
      foreignShare: 0.5,
      batch: 2,
      own: [true, false, true, false, true, false, true, false, true, false, true, false],
    },
    { foreignShare: 1, batch: 1, own: [false, false, false, false, false, false] },
    { foreignShare: 0, batch: 1, own: [true, true, true, true, true, true] },
  ])('take turns: $foreignShare foreign, batch $batch', ({ own, ...more }) => {
    expect(ownOf(more)).toEqual(own)
  })

  it('are of its own dataset or, foreign ones, of another', () => {
    for (const { model, own, dataset } of all({ steps: 40 })) expect(dataset === model).toBe(own)
  })

  it('come from every other dataset about equally often', () => {
    const counts = new Map<number, number>()
    for (const { dataset, own, model } of all({ steps: 1200 })) {
      if (model === 0 && !own) counts.set(dataset, (counts.get(dataset) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3])
    // 200 expected, standard deviation 11.5
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(46)
  })

  it('of a single dataset are its own', () => {
    expect(all({ datasets: 1 }).every(({ own }) => own)).toBe(true)
  })
})

describe('the patches of the shared network', () => {
  const drawn = (more: Partial<ScheduleSetup>) =>
    [0, 1].map((turn) => updateRequests({ ...setup, stage: 0, ...more }, 0, turn).map(({ dataset }) => dataset))

  it.each([
    { more: { batch: 1 }, datasets: [[0], [1]] },
    { more: { batch: 3 }, datasets: [[0, 1, 2], [3, 0, 1]] }, // prettier-ignore
  ])('come from all datasets in rotation: $more', ({ more, datasets }) => {
    expect(drawn(more)).toEqual(datasets)
  })

  it('are sampled as own ones, each from a random stream of its own', () => {
    const requests = all({ stage: 0, batch: 2 })
    expect(requests.every(({ own, model }) => own && model === 0)).toBe(true)
    expect(new Set(requests.map(({ step, slot }) => `${step}.${slot}`)).size).toBe(requests.length)
  })

  it('are equally many of each dataset after every step', () => {
    const step = all({ stage: 0, steps: 1, batch: 3 })
    expect([0, 1, 2, 3].map((d) => step.filter(({ dataset }) => dataset === d).length)).toEqual([3, 3, 3, 3])
  })
})

it('is pure: from any step on it is the tail of the whole, and another seed is another schedule', () => {
  expect(all({}, 3)).toEqual(all({}).slice(3 * 4))
  expect(all({})).toEqual(all({}))
  expect(all({ seed: 2, steps: 20 })).not.toEqual(all({ steps: 20 }))
})
