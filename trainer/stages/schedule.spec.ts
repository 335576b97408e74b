import { describe, expect, it } from 'vitest'
import { stageSchedule, stepRequests, type ScheduleSetup } from './schedule.ts'

const setup: ScheduleSetup = { seed: 1, stage: 1, datasets: 4, steps: 5, foreign: 'one' }
const all = (more: Partial<ScheduleSetup>, from = 0) => [...stageSchedule({ ...setup, ...more }, from)]

describe('the budget of a stage', () => {
  it.each([2, 3, 5, 9])('is linear in N with one foreign patch: %d datasets', (datasets) => {
    expect(all({ datasets }).length).toBe(5 * datasets * 2)
  })

  it.each([
    { what: 'all foreign datasets', more: { foreign: 'all' as const }, patches: 5 * 4 * 4 },
    { what: 'no mutual term', more: { foreign: 'none' as const }, patches: 5 * 4 },
    { what: 'a single dataset', more: { datasets: 1 }, patches: 5 },
    { what: 'the shared network', more: { stage: 0 as const }, patches: 5 * 4 },
  ])('$what: $patches patches', ({ more, patches }) => {
    expect(all(more).length).toBe(patches)
  })
})

describe('the requests of a step', () => {
  it('begin with the own patch in slot 0, foreign ones after it, never the own dataset twice', () => {
    for (let step = 0; step < 20; step++) {
      for (let model = 0; model < 4; model++) {
        const [own, foreign] = stepRequests(setup, step, model)
        expect(own).toEqual({ stage: 1, step, model, slot: 0, own: true, dataset: model })
        expect(foreign).toMatchObject({ slot: 1, model, step, own: false })
        expect(foreign!.dataset).not.toBe(model)
      }
    }
  })

  it('with all: one of each other dataset, in order', () => {
    const requests = stepRequests({ ...setup, foreign: 'all' }, 0, 1)
    expect(requests.map(({ slot, dataset }) => [slot, dataset])).toEqual([
      [0, 1],
      [1, 0],
      [2, 2],
      [3, 3],
    ])
  })

  it('draw every other dataset about equally often', () => {
    const counts = new Map<number, number>()
    for (let step = 0; step < 600; step++) {
      const { dataset } = stepRequests(setup, step, 0)[1]!
      counts.set(dataset, (counts.get(dataset) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3])
    // 200 expected, standard deviation 11.5
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(46)
  })
})

it('gives the shared network a patch of each dataset, sampled as own ones', () => {
  const requests = all({ stage: 0 })
  expect(requests.map(({ step, model, dataset }) => [step, model, dataset]).slice(0, 5)).toEqual([
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
    [0, 0, 3],
    [1, 0, 0],
  ])
  expect(requests.every(({ own }) => own)).toBe(true)
})

it('is pure: from any step on it is the tail of the whole, and another seed is another schedule', () => {
  expect(all({}, 3)).toEqual(all({}).slice(3 * 4 * 2))
  expect(all({})).toEqual(all({}))
  expect(all({ seed: 2, steps: 20 })).not.toEqual(all({ steps: 20 }))
})
