// The scores of a job of a study: all models of its last stage together, and the full model that validated best. They are
// looked up among the stored reports, which were computed from predictions of the test set.
import { METHODS } from '../../../contract/methods.ts'
import { plannedStages } from '../../../contract/planned-stages.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import type { Services } from '../services.ts'
import { findReport } from '../runs/ensure-run.ts'
import type { EvaluationRequest } from '../runs/evaluate-run.ts'
import { readRunFigures } from './run-figures.ts'
import type { StudyJob } from './run-study.ts'
import type { ScoredRun } from './summarise-study.ts'

export const lastStage = ({ row }: Pick<StudyJob, 'row'>): StageNumber =>
  plannedStages(METHODS[row.method].stages).at(-1) ?? 2

/** Of a trained run. */
export function scoreRequests(services: Services, job: StudyJob, test: string): EvaluationRequest[] {
  const stage = lastStage(job)
  const run = job.request.name
  const best = stage === 2 ? bestModel(services, run) : null
  const models = best === null ? (['ensemble'] as const) : (['ensemble', best] as const)
  return models.map((model) => ({ run, dataset: test, stage, model, savePredictions: true }))
}

/** @param job of a finished run @returns null while it is not scored */
export function readScores(services: Services, job: StudyJob, test: string): ScoredRun | null {
  const run = job.request.name
  const reports = scoreRequests(services, job, test).map((request) => findReport(services, request))
  const [report, single = null] = reports
  if (!report || reports.includes(null)) return null
  const figures = readRunFigures(services, run)
  return { row: job.row.name, run, report, single, figures, trainingSeconds: figures.cost.seconds }
}

/** What a lab would choose that wants a single network. */
function bestModel(services: Services, run: string): number | null {
  const ranked = services
    .getRun(run)
    .checkpoints.filter(({ stage, kind, model }) => stage === 2 && kind === 'best' && model !== null)
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
  return ranked[0]?.model ?? null
}
