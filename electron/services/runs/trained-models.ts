// Which models of a run can be used: the stage and model a request means, checked against what was trained.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { ModelChoice, TrainJob } from '../../../contract/job.ts'
import { folderOfStage, modelCount, plannedStages } from '../../../contract/planned-stages.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import { jobState } from '../jobs/job-state.ts'
import { readJournal } from '../../../trainer/job-folder/read-journal.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'

export type ModelRequest = { run: string; stage?: StageNumber; model?: ModelChoice }
export type TrainedModels = { job: TrainJob; folder: string; stage: StageNumber; model: ModelChoice }

/**
 * The last stage of the run and the ensemble, unless the request says otherwise. Pseudo labels belong to stage 1; of stage 2 are those that it made anew.
 * @throws OrganMosaicError `not-found`, `usage` for a model that the run does not have, `conflict` for an unfinished stage
 */
export function findTrainedModels(workspace: Workspace, request: ModelRequest): TrainedModels {
  const job = readRun(workspace, request.run)
  const folder = runFolder(workspace, request.run)
  const model = request.model ?? 'ensemble'
  const stage = request.stage ?? (model === 'pseudo' ? 1 : (plannedStages(job.stages).at(-1) ?? 2))
  if (typeof model === 'number' && model > modelCount(stage, job.datasets.length)) {
    if (stage === 0)
      throw new OrganMosaicError('usage', `The shared network of run ${job.name} is one; leave the model out.`)
    throw new OrganMosaicError(
      'usage',
      `Run ${job.name} has the models 1 to ${job.datasets.length} (${job.datasets.map(({ name }) => name).join(', ')}), and no model ${model}.`,
    )
  }
  if (model === 'pseudo' && stage !== 1 && !(stage === 2 && job.config.pseudoLabels.refresh > 0)) {
    throw new OrganMosaicError(
      'usage',
      'Pseudo labels are made by stage 1, and by stage 2 only with pseudoLabels.refresh; choose stage 1 for them.',
    )
  }
  if (model === 'pseudo' ? !hasPseudoLabels(job, folder, stage) : !isUsable(job, folder, stage)) {
    const what = model === 'pseudo' ? 'pseudo labels' : `models of stage ${stage}`
    const instead = stage === 2 && job.stages !== '2' ? ', or choose its models of stage 1' : ''
    throw new OrganMosaicError('conflict', `Run ${job.name} has no ${what} yet; resume it first${instead}.`)
  }
  return { job, folder, stage, model }
}

/** Those that stage 2 made anew lie apart, and count once it is over. */
const hasPseudoLabels = (job: TrainJob, folder: string, stage: StageNumber): boolean =>
  stage === 2
    ? existsSync(join(folder, 'pseudo-labels-refreshed')) && isUsable(job, folder, stage)
    : existsSync(join(folder, 'pseudo-labels'))

/** A stage that reached its end; or one that was stopped on purpose, once each of its models was validated. */
function isUsable(job: TrainJob, folder: string, stage: StageNumber): boolean {
  const source = folderOfStage(job, folder, stage)
  const kinds = readJournal(source).events.flatMap((event) =>
    event.type === 'checkpoint' && event.stage === stage ? [`${event.kind} ${event.model}`] : [],
  )
  const hasBest = Array.from({ length: modelCount(stage, job.datasets.length) }, (_, index) =>
    kinds.includes(`best ${index + 1}`),
  ).every(Boolean)
  return kinds.includes('final null') || (hasBest && jobState(source) === 'stopped')
}
