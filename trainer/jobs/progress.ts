// Progress of a whole job: phases of known length, and the time left from how long their units took so far.
import type { Phase } from '../../contract/events.ts'
import type { Journal } from './journal.ts'

export interface PhasePlan {
  readonly phase: Phase
  readonly units: number
  /** First guess of seconds a unit, until the phase itself has been measured. */
  readonly guessSeconds: number
}

export interface Progress {
  /** Marks a phase as begun at `done` units (more than 0 after a resume). */
  begin(phase: Phase, done?: number): void
  /** Says that `done` units of the current phase are finished; written at most every half second. */
  advance(done: number, message: string): void
  /** A phase that is complete from an earlier process. */
  skip(phase: Phase): void
}

const WRITE_EVERY_MS = 500

/** @param now milliseconds that never go back, as the time of day does when it is corrected */
export function createProgress(
  journal: Journal,
  plan: readonly PhasePlan[],
  now: () => number = () => performance.now(),
): Progress {
  const left = new Map(plan.map(({ phase, units }) => [phase, units]))
  const measured = new Map<Phase, number>()
  let current: { phase: Phase; startedAt: number; startedWith: number } | null = null
  let lastWrite = -Infinity

  const secondsLeft = (): number | null => {
    const missing = plan.reduce((total, { phase, guessSeconds }) => {
      return total + left.get(phase)! * (measured.get(phase) ?? guessSeconds * paceFactor())
    }, 0)
    return Number.isFinite(missing) ? Math.round(missing) : null
  }

  /** This machine against the guesses, from the phases that have been measured. */
  const paceFactor = (): number => {
    const known = plan.filter(({ phase }) => measured.has(phase))
    const guessed = known.reduce((sum, { units, guessSeconds }) => sum + units * guessSeconds, 0)
    const real = known.reduce((sum, { phase, units }) => sum + units * measured.get(phase)!, 0)
    return guessed > 0 ? real / guessed : 1
  }

  return {
    begin(phase, done = 0) {
      current = { phase, startedAt: now(), startedWith: done }
      left.set(phase, Math.max(0, unitsOf(plan, phase) - done))
      lastWrite = -Infinity
    },
    advance(done, message) {
      if (!current) return
      const { phase, startedAt, startedWith } = current
      const total = unitsOf(plan, phase)
      left.set(phase, Math.max(0, total - done))
      if (done > startedWith) measured.set(phase, (now() - startedAt) / 1000 / (done - startedWith))
      if (now() - lastWrite < WRITE_EVERY_MS && done < total) return
      lastWrite = now()
      journal.append({ type: 'progress', phase, done, total, secondsLeft: secondsLeft(), message })
    },
    skip(phase) {
      left.set(phase, 0)
    },
  }
}

const unitsOf = (plan: readonly PhasePlan[], phase: Phase): number =>
  plan.find((entry) => entry.phase === phase)?.units ?? 0
