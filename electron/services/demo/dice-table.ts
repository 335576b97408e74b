// Several evaluation reports as one table: organs by models.
import type { DemoResult } from '../../../contract/commands.ts'
import type { EvaluationReport } from '../../../contract/report.ts'

/** Organs in order of first appearance, the last row the mean. An organ that a report does not score is null. */
export function diceTable(
  columns: readonly { title: string; report: EvaluationReport }[],
): Pick<DemoResult, 'columns' | 'table'> {
  const organs = [...new Set(columns.flatMap(({ report }) => report.organs.map(({ organ }) => organ)))]
  const rowOf = (organ: string, pick: (report: EvaluationReport) => number | null): DemoResult['table'][number] => ({
    organ,
    dice: Object.fromEntries(columns.map(({ title, report }) => [title, pick(report)])),
  })
  return {
    columns: columns.map(({ title }) => title),
    table: [
      ...organs.map((organ) =>
        rowOf(organ, (report) => report.organs.find((each) => each.organ === organ)?.dice ?? null),
      ),
      rowOf('mean', (report) => report.meanDice),
    ],
  }
}
