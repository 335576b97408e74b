// The scores of an evaluation report as a table for spreadsheets: one row a case and an organ (RFC 4180). Tensor-free.
import type { EvaluationReport, OrganScore } from '../../contract/report.ts'

const columns = {
  case: (score: OrganScore) => score.caseId,
  organ: (score: OrganScore) => score.organ,
  status: (score: OrganScore) => score.status,
  dice: (score: OrganScore) => score.dice,
  hd95_mm: (score: OrganScore) => score.hd95Mm,
  assd_mm: (score: OrganScore) => score.assdMm,
  nsd: (score: OrganScore) => score.nsd,
  truth_voxels: (score: OrganScore) => score.truthVoxels,
  predicted_voxels: (score: OrganScore) => score.predictedVoxels,
  evaluated_share: (score: OrganScore) => score.evaluatedShare,
}

/** What does not apply is an empty cell, never 0. */
export function reportToCsv(report: EvaluationReport): string {
  const rows = report.scores.map((score) => Object.values(columns).map((valueOf) => cell(valueOf(score))))
  return [Object.keys(columns), ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
