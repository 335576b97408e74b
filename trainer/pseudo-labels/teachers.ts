// The models that label what cases leave open: the partial-organ models, the shared network, or all of them.
import type { TrainJob } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { loadStageModels } from '../jobs/trained-run.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { modelClassMap, type Study } from '../labels/study.ts'
import type { TrainedModel } from '../stages/stage-model.ts'

/** Its index is that of its dataset; of the shared network: the number of datasets. Models of stage 2 teach, too, in a refresh. */
export interface Teacher extends TrainedModel {
  /** Union classes that it can tell. */
  readonly competent: ClassSet
  /** Union class -> channel; 0 (background) for organs that it does not know. */
  readonly channelOf: readonly number[]
  /** Datasets whose held-back cases can judge it. */
  readonly datasets: readonly number[]
}

/** The partial-organ models of a run, as far as stage 1 trained them, then its shared network if it teaches too. */
export async function loadTeachers(folder: string, study: Study, plan: Plan, job: TrainJob): Promise<Teacher[]> {
  const partial = (await loadStageModels(folder, study, 1, plan, job)).map((model) => ({
    ...model,
    competent: study.competentClasses[model.index]!,
    channelOf: modelClassMap(study.classCount, model.classes.slice(1)),
    datasets: [model.index],
  }))
  if (job.config.pseudoLabels.teachers === 'stage1') return partial
  const [shared] = await loadStageModels(folder, study, 0, plan, job)
  return [...partial, fullTeacher({ ...shared!, index: study.datasets.length }, study)]
}

/** A model of all organs: it can tell those that some dataset labels on its own, and every dataset can judge it. */
export function fullTeacher(model: TrainedModel, study: Study): Teacher {
  const organs = model.classes.slice(1)
  return {
    ...model,
    competent: organs.filter((c) => study.competentClasses.some((classes) => classes.includes(c))),
    channelOf: modelClassMap(study.classCount, organs),
    datasets: study.datasets.map((_, dataset) => dataset),
  }
}

/** Those whose predictions become pseudo labels; the others are calibrated all the same, for the fusion of stage 1. */
export function chooseTeachers(teachers: readonly Teacher[], study: Study, config: RunConfig): Teacher[] {
  const onlyShared = config.pseudoLabels.teachers === 'shared'
  return teachers.filter(({ index }) => !onlyShared || index === study.datasets.length)
}
