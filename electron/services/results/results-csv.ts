// Scores as tables for spreadsheets and statistics programs (RFC 4180): what does not apply is an empty cell, never 0.
import type { ReportDetail } from '../../../contract/results.ts'

type Cell = string | number | null
type Row = Record<string, Cell>

/** One row a report, case and organ. */
export function casesCsv(reports: readonly ReportDetail[]): string {
  return toCsv(
    reports.flatMap(({ entry, scores }) =>
      scores.map((score) => ({
        ...columnsOf(entry),
        case: score.caseId,
        organ: score.organ,
        status: score.status,
        dice: score.dice,
        hd95_mm: score.hd95Mm,
        assd_mm: score.assdMm,
        nsd: score.nsd,
        truth_ml: score.truthMl,
        predicted_ml: score.predictedMl,
        truth_voxels: score.truthVoxels,
        predicted_voxels: score.predictedVoxels,
        evaluated_share: score.evaluatedShare,
      })),
    ),
  )
}

/** One row a report and organ. */
export function organsCsv(reports: readonly ReportDetail[]): string {
  return toCsv(
    reports.flatMap(({ entry, organs, nsdToleranceMm }) =>
      organs.map((row) => ({
        ...columnsOf(entry),
        organ: row.organ,
        cases: row.cases,
        missed: row.missed,
        invented: row.invented,
        not_evaluable: row.notEvaluable,
        dice_mean: row.dice.mean,
        dice_sd: row.dice.sd,
        hd95_mm_mean: row.hd95Mm.mean,
        hd95_mm_sd: row.hd95Mm.sd,
        hd95_cases: row.hd95Mm.n,
        nsd_mean: row.nsd.mean,
        nsd_sd: row.nsd.sd,
        nsd_tolerance_mm: nsdToleranceMm,
        truth_ml_mean: row.truthMl.mean,
        predicted_ml_mean: row.predictedMl.mean,
        difference_ml_mean: row.differenceMl.mean,
        difference_ml_sd: row.differenceMl.sd,
      })),
    ),
  )
}

const columnsOf = ({ run, dataset, stage, model }: ReportDetail['entry']): Row => ({ run, dataset, stage, model })

export function toCsv(rows: readonly Row[]): string {
  const [first] = rows
  if (!first) return ''
  const columns = Object.keys(first)
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
