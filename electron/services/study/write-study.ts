// The files of a study: its numbers as JSON, tables for people, papers and spreadsheets, and the report with the figures.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StudyResult } from '../../../contract/study.ts'
import { describeForReport } from '../results/html/describe-for-report.ts'
import { casesCsv, organsCsv } from '../results/results-csv.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { renderStudyReport } from './html/render-study-report.ts'
import type { StudyFile } from './study-store.ts'
import { latexTables, markdownTables, methodsCsv } from './study-tables.ts'
import type { StudySummary } from './summarise-study.ts'

export function writeStudy(
  workspace: Workspace,
  result: StudyResult,
  summary: Pick<StudySummary, 'comparisons'>,
  now = new Date(),
): void {
  const { folder } = result
  mkdirSync(folder, { recursive: true })
  writeJsonFile(join(folder, 'study.json'), result)
  for (const [name, content] of Object.entries(studyFiles(workspace, result, summary, now))) {
    writeFileSync(join(folder, name), content)
  }
}

export function studyFiles(
  workspace: Workspace,
  result: StudyResult,
  { comparisons }: Pick<StudySummary, 'comparisons'>,
  now: Date,
): Record<StudyFile, string> {
  const reports = comparisons[0]?.reports ?? []
  const runs = result.rows.flatMap((row) => row.runs)
  const about = describeForReport(workspace, { dataset: result.config.test, reports: runs })
  return {
    'report.html': renderStudyReport({ result, comparisons, about, now }),
    'methods.csv': methodsCsv(result),
    'organs.csv': organsCsv(reports),
    'cases.csv': casesCsv(reports),
    'tables.tex': latexTables(result, about.organNames),
    'tables.md': markdownTables(result, about.organNames),
  }
}
