// Which patches every step of a stage uses, in order. A pure function, so that the worker can prepare them ahead.
// A step costs the same in every stage: as many updates as there are datasets, each from `batch` patches.
import type { StageNumber } from '../../contract/run-config.ts'
import type { PatchRequest } from '../data/patch.ts'
import { createRandom } from '../imaging/random.ts'

export interface ScheduleSetup {
  readonly seed: number
  readonly stage: StageNumber
  readonly datasets: number
  readonly steps: number
  /** Patches of an update. */
  readonly batch: number
  /** Share of a model's patches that come from other datasets. */
  readonly foreignShare: number
}

/**
 * The patches of one update.
 * @param turn which of the step's updates, from 0: of model `turn` in the stages; of the one shared network in stage 0,
 * whose patches come from all datasets in rotation
 */
export function updateRequests(setup: ScheduleSetup, step: number, turn: number): PatchRequest[] {
  const { stage, datasets, batch } = setup
  return Array.from({ length: batch }, (_, i) => {
    if (stage === 0) {
      const slot = turn * batch + i
      return { stage, step, model: 0, slot, own: true, dataset: (step * datasets * batch + slot) % datasets }
    }
    return modelRequest(setup, step, turn, i)
  })
}

/** Own and foreign patches take turns, such that every stretch of a stage has about the share of foreign ones. */
function modelRequest(setup: ScheduleSetup, step: number, model: number, slot: number): PatchRequest {
  const { seed, stage, datasets, batch, foreignShare } = setup
  const patch = step * batch + slot
  const foreign = datasets > 1 && Math.floor((patch + 1) * foreignShare) > Math.floor(patch * foreignShare)
  if (!foreign) return { stage, step, model, slot, own: true, dataset: model }
  const other = createRandom(seed, 'foreign', stage, step, model, slot).integer(datasets - 1)
  return { stage, step, model, slot, own: false, dataset: other < model ? other : other + 1 }
}

export function* stageSchedule(setup: ScheduleSetup, fromStep: number): Generator<PatchRequest> {
  for (let step = fromStep; step < setup.steps; step++) {
    for (let turn = 0; turn < setup.datasets; turn++) yield* updateRequests(setup, step, turn)
  }
}
