// What the phases of a training job share, and how a stage is set up from it.
import type { Review, TrainJob } from '../../contract/job.ts'
import { stageSettings } from '../../contract/planned-stages.ts'
import type { Plan } from '../../contract/plan.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { PatchSetup, TrainingCaseEntry } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import { pseudoLabelFolder } from '../pseudo-labels/label-versions.ts'
import type { StageSetup } from '../stages/train-stage.ts'
import type { Journal } from './journal.ts'
import type { PreparedCases } from './prepare-cases.ts'
import type { Progress } from './progress.ts'

export interface TrainContext {
  readonly folder: string
  readonly job: TrainJob
  readonly study: Study
  readonly plan: Plan
  readonly prepared: PreparedCases
  readonly journal: Journal
  readonly progress: Progress
}

/** Pseudo labels that stage 2 learns from. */
export interface LabelsInUse {
  /** Of labelRoot. */
  readonly root: string
  /** Accepted classes by the folder of a case. */
  readonly accepted: ReadonlyMap<string, ClassSet>
  readonly review: Review
}

export function trainingEntries(
  { study, prepared }: Pick<TrainContext, 'study' | 'prepared'>,
  labels: LabelsInUse | null,
): TrainingCaseEntry[][] {
  return prepared.training.map((cases, d) => {
    const dataset = study.datasets[d]!.name
    return cases.map(({ entry, folder, classes }) => {
      const trueLabels = { caseId: entry.id, folder, trueClasses: classes }
      if (!labels) return { ...trueLabels, pseudoFolder: null, allClasses: classes, rejectedClasses: [] }
      const pseudoFolder = pseudoLabelFolder(labels.root, dataset, entry.id)
      const rejectedClasses = labels.review.rejected
        .filter((item) => item.dataset === dataset && item.caseId === entry.id)
        .map((item) => study.union.organs.indexOf(item.organ) + 1)
      const pseudo = labels.accepted.get(pseudoFolder)!.filter((c) => !rejectedClasses.includes(c))
      const allClasses = [...new Set([...classes, ...pseudo])].sort((a, b) => a - b)
      return { ...trueLabels, pseudoFolder, allClasses, rejectedClasses }
    })
  })
}

/** @param until the step at which it ends for now; without it: the last of the stage */
export function stageSetup(
  context: TrainContext,
  stage: StageNumber,
  cases: TrainingCaseEntry[][],
  until: number = stageSettings(context.job.config, stage).steps,
): StageSetup {
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
  return { stage, folder, study, plan, config, patches, validation: prepared.validation, journal, progress, until }
}
