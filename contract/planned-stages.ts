// Which stages a job trains, in order, and what of its configuration each has.
import type { TrainJob } from './job.ts'
import type { RunConfig, StageNumber } from './run-config.ts'

/** @returns 0 for the shared network, which is trained when it has steps */
export function plannedStages({ stages, config }: Pick<TrainJob, 'stages' | 'config'>): StageNumber[] {
  if (stages === '2') return [2]
  const shared: StageNumber[] = config.shared.steps > 0 ? [0] : []
  if (stages === '0') return shared
  return [...shared, 1, ...(stages === '1,2' ? ([2] as const) : [])]
}

export function stageSettings(
  config: RunConfig,
  stage: StageNumber,
): Pick<RunConfig['shared'], 'steps' | 'validateEvery' | 'earlyStopPatience' | 'learningRate'> {
  return stage === 0 ? config.shared : stage === 1 ? config.stage1 : config.stage2
}

/** As the journal calls it. */
export const phaseOf = (stage: StageNumber): 'shared' | 'stage1' | 'stage2' =>
  stage === 0 ? 'shared' : stage === 1 ? 'stage1' : 'stage2'
