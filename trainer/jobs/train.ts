// A training job from its folder: plan, preprocessed cases, stage 1, pseudo labels, stage 2. Every phase leaves its
// result on disk, so that a job that was stopped or killed goes on where it was.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Review, TrainJob } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import { stageCheckpointPath } from '../checkpoint/checkpoint.ts'
import type { PatchSetup, TrainingCaseEntry } from '../data/patch.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { describeStudy, type Study } from '../labels/study.ts'
import { inferenceMirror, type Counterpart } from '../inference/mirror.ts'
import { derivePlan } from '../imaging/planning/derive-plan.ts'
import { calibrateModels, makePseudoLabels, pseudoLabelFolder } from '../pseudo-labels/make-pseudo-labels.ts'
import { openPseudoLabels } from '../pseudo-labels/pseudo-label-store.ts'
import { chooseTeachers, loadTeachers } from '../pseudo-labels/teachers.ts'
import { trainSpread } from '../spread/train-spread.ts'
import { createObjective } from '../stages/create-objective.ts'
import { distils, plannedStages } from '../../contract/planned-stages.ts'
import { createStageModels, disposeModels, startFrom, type StageModel } from '../stages/stage-model.ts'
import type { Teachers } from '../stages/ask-teachers.ts'
import type { StageSetup } from '../stages/train-stage.ts'
import { choosePostProcessing } from './choose-post-processing.ts'
import { awaitReview } from './await-review.ts'
import { obeyControl, type Journal } from './journal.ts'
import { prepareCases, type PreparedCases } from './prepare-cases.ts'
import { createProgress, type Progress } from './progress.ts'
import { readSettledPlan } from './settled-plan.ts'
import { planPhases } from './train-phases.ts'
import { loadStageModels } from './trained-run.ts'

interface TrainContext {
  readonly folder: string
  readonly job: TrainJob
  readonly study: Study
  readonly plan: Plan
  readonly prepared: PreparedCases
  readonly journal: Journal
  readonly progress: Progress
}

/** @throws Interruption, AwaitingReview, OrganMosaicError */
export async function runTrainJob(folder: string, job: TrainJob, journal: Journal): Promise<void> {
  const study = describeStudy(job)
  const progress = createProgress(journal, planPhases(job))
  const plan = await settlePlan(folder, job, journal)
  const prepared = await prepareCases(job, plan, journal, progress, () => obeyControl(folder))
  const context: TrainContext = { folder, job, study, plan, prepared, journal, progress }
  await trainStages(context)
  if (job.config.inference.postProcessing === 'off') return
  const last = plannedStages(job.stages).at(-1)!
  await choosePostProcessing(folder, study, last, prepared.validation, journal, () => obeyControl(folder))
}

async function trainStages(context: TrainContext): Promise<void> {
  const { folder, job, journal } = context
  const stage1Folder = job.stage1From ?? folder
  const stages = plannedStages(job.stages)
  if (stages.includes(0) && !distils(job)) await trainShared(context, null)
  if (stages.includes(1)) await trainStage1(context)
  if (!stages.includes(1) && !stages.includes(2) && !distils(job)) return
  const temperatures = await calibrate(context, stage1Folder)
  if (distils(job)) await trainTaught(context, stage1Folder, temperatures)
  if (!stages.includes(2)) return
  await labelCases(context, stage1Folder, temperatures)
  const review = await awaitReview(folder, job.config.pseudoLabels.review, journal)
  await trainStage2(context, stage1Folder, review)
}

/** The plan of the run that stage 1 comes from, this job's own from before, or a new one. */
async function settlePlan(folder: string, job: TrainJob, journal: Journal): Promise<Plan> {
  const own = await readSettledPlan(folder)
  if (own) return own
  const plan = (await readSettledPlan(job.stage1From)) ?? derivePlan(job.datasets, job.config)
  await writeFileAtomically(join(folder, 'plan.json'), JSON.stringify(plan, null, 2))
  for (const message of plan.reasons) journal.append({ type: 'log', level: 'info', message })
  return plan
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
  await trainSpread(stageSetup(context, 0, trainingEntries(context, null, null)), models, objective)
}

async function trainStage1(context: TrainContext): Promise<void> {
  const { folder, study, plan, job } = context
  const models = createStageModels(study, 1, plan, job.config)
  if (plannedStages(job.stages)[0] === 0 && !existsSync(stageCheckpointPath(folder, 1))) {
    await startFromShared(context, folder, models)
  }
  const objective = createObjective(study, 1, plan.patch, job.config, models)
  await trainSpread(stageSetup(context, 1, trainingEntries(context, null, null)), models, objective)
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

async function calibrate(context: TrainContext, stage1Folder: string): Promise<number[]> {
  const { folder, study, plan, job, prepared, progress } = context
  if (!job.config.pseudoLabels.calibrate) return [...study.datasets.map(() => 1), 1]
  progress.begin('calibrate')
  const teachers = await loadTeachers(stage1Folder, study, plan, job)
  const temperatures = await calibrateModels(
    folder,
    teachers,
    prepared.validation,
    study,
    plan,
    job.config.inference.trainingOverlap,
    pseudoLabelMirror(context),
    (done) => progress.advance(done, `calibrating model ${done}/${teachers.length}`),
  )
  disposeModels(teachers)
  return temperatures
}

const pseudoLabelMirror = ({ study, job: { config } }: TrainContext): Counterpart =>
  inferenceMirror(study, { ...config, inference: { ...config.inference, mirror: config.pseudoLabels.mirror } })

async function labelCases(context: TrainContext, stage1Folder: string, temperatures: readonly number[]): Promise<void> {
  const { folder, study, plan, job, prepared, progress, journal } = context
  if (!job.config.stage2.pseudoSupervision) return progress.skip('pseudo-labels')
  progress.begin('pseudo-labels')
  const loaded = await loadTeachers(stage1Folder, study, plan, job)
  const { pseudoLabels: rules, inference } = job.config
  const setup = {
    job: folder,
    study,
    plan,
    rules,
    overlap: inference.trainingOverlap,
    mirror: pseudoLabelMirror(context),
    teachers: chooseTeachers(loaded, study, job.config),
    temperatures,
    cases: prepared.training,
    journal,
  }
  await makePseudoLabels(setup, (done, caseId) => {
    progress.advance(done, `pseudo labels of case ${caseId}`)
    obeyControl(folder)
  })
  disposeModels(loaded)
}

async function trainStage2(context: TrainContext, stage1Folder: string, review: Review): Promise<void> {
  const { folder, study, plan, job } = context
  const models = createStageModels(study, 2, plan, job.config)
  const fresh = !existsSync(stageCheckpointPath(folder, 2))
  if (fresh && job.config.stage2.initialise === 'stage1') {
    const pos = await loadStageModels(stage1Folder, study, 1, plan, job)
    models.forEach((model, i) => startFrom(model, pos[i]!))
    disposeModels(pos)
  }
  if (fresh && job.config.stage2.initialise === 'shared') await startFromShared(context, stage1Folder, models)
  const objective = createObjective(study, 2, plan.patch, job.config, models)
  const accepted = job.config.stage2.pseudoSupervision ? await acceptedClasses(context) : null
  await trainSpread(stageSetup(context, 2, trainingEntries(context, accepted, review)), models, objective)
}

/** Classes with accepted pseudo labels, by their folder. */
async function acceptedClasses({ folder, study, prepared }: TrainContext): Promise<Map<string, readonly number[]>> {
  const folders = prepared.training.flatMap((cases, d) =>
    cases.map(({ entry }) => pseudoLabelFolder(folder, study.datasets[d]!.name, entry.id)),
  )
  const found = new Map<string, readonly number[]>()
  for (const path of folders) found.set(path, (await openPseudoLabels(path)).acceptedClasses)
  return found
}

function trainingEntries(
  { folder, study, prepared }: TrainContext,
  accepted: ReadonlyMap<string, readonly number[]> | null,
  review: Review | null,
): TrainingCaseEntry[][] {
  return prepared.training.map((cases, d) => {
    const dataset = study.datasets[d]!.name
    return cases.map(({ entry, folder: preprocessed, classes }) => {
      const pseudoFolder = accepted ? pseudoLabelFolder(folder, dataset, entry.id) : null
      const rejected = (review?.rejected ?? [])
        .filter((item) => item.dataset === dataset && item.caseId === entry.id)
        .map((item) => study.union.organs.indexOf(item.organ) + 1)
      const pseudo = (pseudoFolder ? accepted!.get(pseudoFolder)! : []).filter((c) => !rejected.includes(c))
      const allClasses = [...new Set([...classes, ...pseudo])].sort((a, b) => a - b)
      return {
        caseId: entry.id,
        folder: preprocessed,
        pseudoFolder,
        trueClasses: classes,
        allClasses,
        rejectedClasses: rejected,
      }
    })
  })
}

function stageSetup(context: TrainContext, stage: StageNumber, cases: TrainingCaseEntry[][]): StageSetup {
  const { folder, job, study, plan, prepared, journal, progress } = context
  const { config } = job
  const patches: PatchSetup = {
    seed: config.seed,
    shape: plan.patch,
    spacingMm: plan.spacingMm,
    augmentation: config.augmentation,
    foreground: config.sampling.foreground,
    cacheMb: config.runtime.caseCacheMb,
    job: { organs: job.organs, vocabulary: job.vocabulary, datasets: job.datasets },
    cases,
  }
  return { stage, folder, study, plan, config, patches, validation: prepared.validation, journal, progress }
}
