import { describe, expect, it, vi } from 'vitest'
import type { JobEventInput } from '../../contract/events.ts'
import type { Journal } from './journal.ts'
import { createProgress, type PhasePlan } from './progress.ts'

const plan: PhasePlan[] = [
  { phase: 'preprocess', units: 10, guessSeconds: 1 },
  { phase: 'stage1', units: 100, guessSeconds: 2 },
  { phase: 'stage2', units: 50, guessSeconds: 4 },
]

function start(phases = plan) {
  let clockMs = 1_000_000
  const events: Extract<JobEventInput, { type: 'progress' }>[] = []
  const journal: Journal = {
    append: (event) => event.type === 'progress' && events.push(event),
    metrics: () => {},
    close: () => {},
  }
  const progress = createProgress(journal, phases, () => clockMs)
  return { progress, events, wait: (seconds: number) => (clockMs += seconds * 1000) }
}

describe('time left', () => {
  it('is the measured pace of this phase, and the guesses for the others by that pace', () => {
    const { progress, events, wait } = start()
    progress.begin('preprocess')
    wait(6)
    progress.advance(2, 'two of ten')
    // 3 s a case against a guess of 1: 8 x 3, then three times the guesses 100 x 2 and 50 x 4
    expect(events).toEqual([
      {
        type: 'progress',
        phase: 'preprocess',
        done: 2,
        total: 10,
        secondsLeft: 24 + 3 * (200 + 200),
        message: 'two of ten',
      },
    ])
  })

  it('keeps what earlier phases measured', () => {
    const { progress, events, wait } = start()
    progress.begin('preprocess')
    wait(10)
    progress.advance(10, 'done') // 1 s a case, as guessed
    progress.begin('stage1')
    wait(10)
    progress.advance(10, 'a tenth') // 1 s a step, guessed 2
    // measured 10 + 100 s against guesses of 10 + 200: stage 2 costs 200 x 110 / 210
    expect(events.map(({ secondsLeft }) => secondsLeft)).toEqual([400, Math.round(90 + (200 * 110) / 210)])
  })

  it('counts from where a resumed phase began', () => {
    const { progress, events, wait } = start()
    progress.skip('preprocess')
    progress.begin('stage1', 60)
    wait(5)
    progress.advance(61, 'resumed') // 5 s a step, guessed 2
    expect(events[0]).toMatchObject({ done: 61, total: 100, secondsLeft: 39 * 5 + (200 * 5) / 2 })
  })

  it('is zero at the end', () => {
    const { progress, events, wait } = start()
    for (const { phase, units } of plan) {
      progress.begin(phase)
      wait(7)
      progress.advance(units, 'done')
    }
    expect(events.at(-1)).toMatchObject({ phase: 'stage2', done: 50, secondsLeft: 0 })
  })

  it('is the guess alone before anything was measured', () => {
    const { progress, events } = start()
    progress.begin('preprocess')
    progress.advance(0, 'starting')
    expect(events[0]).toMatchObject({ done: 0, secondsLeft: 10 + 200 + 200 })
  })
})

describe('writing', () => {
  it('happens at most every half second, but always at the end of a phase', () => {
    const { progress, events, wait } = start()
    progress.begin('preprocess')
    for (let done = 1; done <= 10; done++) {
      wait(0.2)
      progress.advance(done, '')
    }
    expect(events.map(({ done }) => done)).toEqual([1, 4, 7, 10])
  })

  it('does not happen before a phase began', () => {
    const { progress, events } = start()
    progress.advance(1, '')
    expect(events).toEqual([])
  })
})

it('goes on when the time of day is set back', () => {
  const events: JobEventInput[] = []
  const journal: Journal = { append: (event) => events.push(event), metrics: () => {}, close: () => {} }
  const progress = createProgress(journal, plan)
  progress.begin('stage1')
  progress.advance(1, 'before')
  const clock = vi.spyOn(Date, 'now').mockReturnValue(0)
  progress.advance(100, 'after')
  clock.mockRestore()
  expect(events).toHaveLength(2)
  for (const event of events) expect(event.type === 'progress' && event.secondsLeft).toBeGreaterThanOrEqual(0)
})
