// A trained run as other jobs find it: its configuration, its plan and the weights of its models.
import { join } from 'node:path'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { TrainJob } from '../../contract/job.ts'
import { PlanSchema, type Plan } from '../../contract/plan.ts'
import { loadModel, modelWeightsPath } from '../checkpoint/checkpoint.ts'
import { describeStudy, type Study } from '../labels/study.ts'
import { modelIndices, modelSpec, type TrainedModel } from '../stages/stage-model.ts'
import { readJobFile } from './read-job-file.ts'
import { readJsonFile } from './read-json-file.ts'

/** Each model's best weights of a stage. @throws OrganMosaicError not-found when the stage was not trained */
export async function loadStageModels(
  folder: string,
  study: Study,
  stage: StageNumber,
  plan: Plan,
  job: TrainJob,
): Promise<TrainedModel[]> {
  const models: TrainedModel[] = []
  for (const index of modelIndices(study, stage)) {
    const spec = modelSpec(study, stage, index, plan, job.config)
    models.push(await loadModel(modelWeightsPath(folder, stage, index), spec, index))
  }
  return models
}

/** run.json and plan.json of a trained run. */
export async function readTrainedRun(folder: string): Promise<{ job: TrainJob; plan: Plan; study: Study }> {
  const job = await readJobFile(folder, 'Restore it from a copy, or train again.')
  if (job.kind !== 'train')
    throw new OrganMosaicError('internal', `${folder} holds a ${job.kind} job, not a training run.`)
  const plan = await readJsonFile(join(folder, 'plan.json'), PlanSchema, 'Restore it from a copy, or train again.')
  return { job, plan, study: describeStudy(job) }
}
