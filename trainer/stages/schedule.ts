// Which patches every step of a stage uses, in order. A pure function, so that the worker can prepare them ahead.
import type { RunConfig } from '../../contract/run-config.ts'
import type { PatchRequest } from '../data/patch.ts'
import { createRandom } from '../imaging/random.ts'

interface ScheduleSetup {
  readonly seed: number
  readonly stage: 1 | 2
  readonly datasets: number
  readonly steps: number
  readonly foreign: RunConfig['stage1']['foreign']
  /** False when no mutual term needs other datasets' patches. */
  readonly needsForeign: boolean
}

/** The requests of one model's step: its own patch, then foreign ones (one drawn at random, or one of each dataset). */
export function stepRequests(setup: ScheduleSetup, step: number, model: number): PatchRequest[] {
  const { seed, stage, datasets, foreign } = setup
  const own: PatchRequest = { stage, step, model, slot: 0, dataset: model }
  if (!setup.needsForeign || datasets < 2) return [own]
  const others = Array.from({ length: datasets }, (_, dataset) => dataset).filter((dataset) => dataset !== model)
  const drawn =
    foreign === 'all' ? others : [others[createRandom(seed, 'foreign', stage, step, model).integer(others.length)]!]
  return [own, ...drawn.map((dataset, i) => ({ stage, step, model, slot: i + 1, dataset }))]
}

export function* stageSchedule(setup: ScheduleSetup, fromStep: number): Generator<PatchRequest> {
  for (let step = fromStep; step < setup.steps; step++) {
    for (let model = 0; model < setup.datasets; model++) yield* stepRequests(setup, step, model)
  }
}
