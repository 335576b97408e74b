// The availability of a dataset in numbers: how many cases are in which state, organ by organ.
import type { AvailabilityState, Case } from '../../../contract/dataset.ts'

export type StateCounts = Record<string, Partial<Record<AvailabilityState, number>>>

export function listMatrixStates(cases: readonly Case[]): StateCounts {
  const counts: StateCounts = {}
  for (const { availability } of cases) {
    for (const [organ, { state }] of Object.entries(availability)) {
      const of = (counts[organ] ??= {})
      of[state] = (of[state] ?? 0) + 1
    }
  }
  return counts
}
