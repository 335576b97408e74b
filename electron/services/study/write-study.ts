// The files of a study: its numbers as JSON, tables for people, papers and spreadsheets, and the report with the figures.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StudyResult } from '../../../contract/study.ts'
import { describeForReport } from '../results/html/describe-for-report.ts'
import { renderHtmlReport } from '../results/html/render-html-report.ts'
import { casesCsv, organsCsv } from '../results/results-csv.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { latexTables, markdownTables } from './study-tables.ts'
import type { StudySummary } from './summarise-study.ts'

export function writeStudy(
  workspace: Workspace,
  result: StudyResult,
  { comparisons }: Pick<StudySummary, 'comparisons'>,
  now = new Date(),
): void {
  const { folder, config } = result
  mkdirSync(folder, { recursive: true })
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
  writeJsonFile(join(folder, 'study.json'), result)
  const reports = comparisons[0]?.reports ?? []
  write('organs.csv', organsCsv(reports))
  write('cases.csv', casesCsv(reports))
  const runs = result.rows.flatMap((row) => row.runs)
  const about = describeForReport(workspace, { dataset: config.test, reports: runs })
  write('report.html', renderHtmlReport({ comparisons, about, now }))
  write('tables.tex', latexTables(result, about.organNames))
  write('tables.md', markdownTables(result, about.organNames))
}
