// Which patches every step of a stage uses, in order. A pure function, so that the worker can prepare them ahead.
import { modelCount } from '../../contract/planned-stages.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import type { PatchRequest } from '../data/patch.ts'
import { createRandom } from '../imaging/random.ts'

export interface ScheduleSetup {
  readonly seed: number
  readonly stage: StageNumber
  readonly datasets: number
  readonly steps: number
  /** Patches of other datasets a step of a model. */
  readonly foreign: RunConfig['stage1']['foreign'] | 'none'
}

/** The requests of one model's step. The shared network: a patch of each dataset. The others: their own patch, then foreign ones (one drawn at random, or one of each dataset). */
export function stepRequests(setup: ScheduleSetup, step: number, model: number): PatchRequest[] {
  const { seed, stage, datasets, foreign } = setup
  if (stage === 0) {
    return Array.from({ length: datasets }, (_, dataset) => ({ stage, step, model, slot: dataset, own: true, dataset }))
  }
  const own: PatchRequest = { stage, step, model, slot: 0, own: true, dataset: model }
  if (foreign === 'none' || datasets < 2) return [own]
  const others = Array.from({ length: datasets }, (_, dataset) => dataset).filter((dataset) => dataset !== model)
  const drawn =
    foreign === 'all' ? others : [others[createRandom(seed, 'foreign', stage, step, model).integer(others.length)]!]
  return [own, ...drawn.map((dataset, i) => ({ stage, step, model, slot: i + 1, own: false, dataset }))]
}

export function* stageSchedule(setup: ScheduleSetup, fromStep: number): Generator<PatchRequest> {
  const models = modelCount(setup.stage, setup.datasets)
  for (let step = fromStep; step < setup.steps; step++) {
    for (let model = 0; model < models; model++) yield* stepRequests(setup, step, model)
  }
}
