// The objective of a stage.
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import type { Study } from '../labels/study.ts'
import type { Objective } from './objective.ts'
import { createSharedObjective } from './shared-objective.ts'
import { createStage1Objective } from './stage1-objective.ts'
import { createStage2Objective } from './stage2-objective.ts'
import type { StageModel } from './stage-model.ts'
import type { Teachers } from './ask-teachers.ts'

/** @param teachers of the shared network, where it is to be taught */
export function createObjective(
  study: Study,
  stage: StageNumber,
  shape: Shape,
  config: RunConfig,
  models: readonly StageModel[],
  teachers: Teachers | null = null,
): Objective {
  if (stage === 0) return createSharedObjective(study, shape, config.shared, teachers)
  if (stage === 1) return createStage1Objective(study, shape, config.stage1)
  const online = config.stage2.pseudoSupervision && config.pseudoLabels.source === 'online' ? config.pseudoLabels : null
  return createStage2Objective(study, shape, config.stage2, models, online)
}
