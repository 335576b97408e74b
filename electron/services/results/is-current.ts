// Whether a report is about the models that a run has now, or about those that it had before it went on.
import type { RunSummary } from '../../../contract/commands.ts'
import type { EvaluationReport } from '../../../contract/report.ts'

/**
 * The run's own last word is compared, never two clocks: it may have been trained on one machine and scored on another.
 * Reports of before this was noted can only be compared by their time.
 */
export const isCurrent = (
  { runUpdatedAt, createdAt }: Pick<EvaluationReport, 'runUpdatedAt' | 'createdAt'>,
  run: Pick<RunSummary, 'updatedAt'>,
): boolean => (runUpdatedAt === undefined ? createdAt > (run.updatedAt ?? '') : runUpdatedAt === run.updatedAt)
