// A training job from its folder: plan, preprocessed cases, stage 1, pseudo labels, stage 2. Every phase leaves its
// result on disk, so that a job that was stopped or killed goes on where it was.
import { join } from 'node:path'
import type { TrainJob } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { plannedStages } from '../../contract/planned-stages.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { describeStudy } from '../labels/study.ts'
import { derivePlan } from '../imaging/planning/derive-plan.ts'
import { choosePostProcessing } from './choose-post-processing.ts'
import { obeyControl, type Journal } from './journal.ts'
import { prepareCases } from './prepare-cases.ts'
import { createProgress } from './progress.ts'
import { readSettledPlan } from './settled-plan.ts'
import { planPhases } from './train-phases.ts'
import { trainStages } from './train-stages.ts'

/** @throws Interruption, AwaitingReview, OrganMosaicError */
export async function runTrainJob(folder: string, job: TrainJob, journal: Journal): Promise<void> {
  const study = describeStudy(job)
  const progress = createProgress(journal, planPhases(job))
  const plan = await settlePlan(folder, job, journal)
  const prepared = await prepareCases(job, plan, journal, progress, () => obeyControl(folder))
  await trainStages({ folder, job, study, plan, prepared, journal, progress })
  if (job.config.inference.postProcessing === 'off') return
  const last = plannedStages(job.stages).at(-1)!
  await choosePostProcessing(folder, study, last, prepared.validation, journal, progress, () => obeyControl(folder))
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
