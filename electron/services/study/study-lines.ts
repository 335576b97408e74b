// What stands side by side in a study: a line a row, and one more for the best single model of a row of full models.
import { METHODS } from '../../../contract/methods.ts'
import { plannedStages } from '../../../contract/planned-stages.ts'
import type { EvaluationReport } from '../../../contract/report.ts'
import type { StudyLineInfo } from '../../../contract/study-lines.ts'
import { lineLabel } from '../../../contract/study-tables.ts'
import type { StudyConfig, StudyRow } from '../../../contract/study.ts'
import type { ScoredRun } from './summarise-study.ts'

export interface StudyLine extends StudyLineInfo {
  readonly stage: 0 | 1 | 2
  readonly model: number | 'ensemble'
  /** One a seed. */
  readonly reports: readonly EvaluationReport[]
}

export function linesOf({ name }: StudyConfig, rows: readonly StudyRow[], runs: readonly ScoredRun[]): StudyLine[] {
  return rows.flatMap((row) => {
    const own = runs.filter((run) => run.row === row.name)
    const stage = plannedStages(METHODS[row.method].stages).at(-1) ?? 2
    const kind = stage === 0 ? 'network' : stage === 1 ? 'fused' : 'ensemble'
    const singles = own.flatMap(({ single }) => single ?? [])
    const key = `${name}-${row.name}:${stage}`
    const all: StudyLine = {
      key: `${key}:ensemble`,
      row: row.name,
      kind,
      label: lineLabel(row.name, kind),
      stage,
      model: 'ensemble',
      reports: own.map(({ report }) => report),
    }
    if (singles.length === 0) return [all]
    // Which model is the best differs by seed: the number is that of the first.
    const model = singles[0]?.model
    const number = typeof model === 'number' ? model : 1
    const best: StudyLine = {
      ...all,
      key: `${key}:${number}`,
      kind: 'best',
      label: lineLabel(row.name, 'best'),
      model: number,
      reports: singles,
    }
    return [all, best]
  })
}
