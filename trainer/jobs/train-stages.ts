// The stages of a training job: where their models start, what they learn from, and what stands between them.
import { existsSync } from 'node:fs'
import type { Review } from '../../contract/job.ts'
import { distils, plannedStages } from '../../contract/planned-stages.ts'
import { readStageState, stageCheckpointPath } from '../checkpoint/checkpoint.ts'
import { labelPeriods, type LabelPeriod } from '../pseudo-labels/label-versions.ts'
import { trainSpread } from '../spread/train-spread.ts'
import type { Teachers } from '../stages/ask-teachers.ts'
import { createObjective } from '../stages/create-objective.ts'
import { createStageModels, disposeModels, startFrom, type StageModel } from '../stages/stage-model.ts'
import { awaitReview } from './await-review.ts'
import { calibrate, labelCases, openVersion, refreshLabels } from './label-cases.ts'
import { stageSetup, trainingEntries, type TrainContext } from './train-context.ts'
import { loadStageModels } from './trained-run.ts'

/** @throws Interruption, AwaitingReview, OrganMosaicError */
export async function trainStages(context: TrainContext): Promise<void> {
  const { folder, job, journal } = context
  const stage1Folder = job.stage1From ?? folder
  const stages = plannedStages(job.stages)
  if (stages.includes(0) && !distils(job)) await trainShared(context, null)
  if (stages.includes(1)) await trainStage1(context)
  if (!stages.includes(1) && !stages.includes(2) && !distils(job)) return
  const calibration = await calibrate(context, stage1Folder)
  if (distils(job)) await trainTaught(context, stage1Folder, calibration.temperatures)
  if (!stages.includes(2)) return
  await labelCases(context, stage1Folder, calibration)
  const review = await awaitReview(folder, job.config.pseudoLabels.review, journal)
  for (const period of labelPeriods(job.config)) await trainPeriod(context, stage1Folder, period, review)
}

/** The shared network after its teachers, which stay in memory meanwhile. */
async function trainTaught(
  context: TrainContext,
  stage1Folder: string,
  temperatures: readonly number[],
): Promise<void> {
  const models = await loadStageModels(stage1Folder, context.study, 1, context.plan, context.job)
  await trainShared(context, { models, temperatures })
  disposeModels(models)
}

async function trainShared(context: TrainContext, teachers: Teachers | null): Promise<void> {
  const { study, plan, job } = context
  const models = createStageModels(study, 0, plan, job.config)
  const objective = createObjective(study, 0, plan.patch, job.config, models, teachers)
  await trainSpread(stageSetup(context, 0, trainingEntries(context, null)), models, objective)
}

async function trainStage1(context: TrainContext): Promise<void> {
  const { folder, study, plan, job } = context
  const models = createStageModels(study, 1, plan, job.config)
  if (plannedStages(job.stages)[0] === 0 && !existsSync(stageCheckpointPath(folder, 1))) {
    await startFromShared(context, folder, models)
  }
  const objective = createObjective(study, 1, plan.patch, job.config, models)
  await trainSpread(stageSetup(context, 1, trainingEntries(context, null)), models, objective)
}

async function startFromShared(
  { study, plan, job }: TrainContext,
  folder: string,
  models: readonly StageModel[],
): Promise<void> {
  const [shared] = await loadStageModels(folder, study, 0, plan, job)
  for (const model of models) startFrom(model, shared!)
  disposeModels([shared!])
}

/** Stage 2 as far as it learns from one version of the pseudo labels; nothing where an earlier process came further. */
async function trainPeriod(
  context: TrainContext,
  stage1Folder: string,
  { version, until }: LabelPeriod,
  review: Review,
): Promise<void> {
  const { folder, study, plan, job, progress } = context
  const reached = await readStageState(stageCheckpointPath(folder, 2))
  if (reached?.complete) return progress.skip('stage2')
  if (reached && reached.step >= until) return
  if (version > 0) await refreshLabels(context, version)
  const models = createStageModels(study, 2, plan, job.config)
  if (!reached) await startStage2(context, stage1Folder, models)
  const objective = createObjective(study, 2, plan.patch, job.config, models)
  const cases = trainingEntries(context, await openVersion(context, version, review))
  await trainSpread(stageSetup(context, 2, cases, until), models, objective)
}

async function startStage2(context: TrainContext, stage1Folder: string, models: readonly StageModel[]): Promise<void> {
  const { study, plan, job } = context
  const { initialise } = job.config.stage2
  if (initialise === 'shared') return startFromShared(context, stage1Folder, models)
  if (initialise === 'scratch') return
  const pos = await loadStageModels(stage1Folder, study, 1, plan, job)
  models.forEach((model, i) => startFrom(model, pos[i]!))
  disposeModels(pos)
}
