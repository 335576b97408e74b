// Evaluation reports of all runs, as the trainer left them in runs/NAME/report/. Entries are remembered by the time of
// their file, so that listing hundreds of reports reads each of them once.
import { existsSync, readdirSync, statSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { EvaluationReportSchema, type EvaluationReport } from '../../../contract/report.ts'
import type { ReportEntry, ReportKey } from '../../../contract/results.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, runFolder } from '../workspace/run-store.ts'
import { findKeptPredictions } from './kept-predictions.ts'

export interface ReportStore {
  /** Newest first; files that are no reports are left out. */
  readonly list: () => ReportEntry[]
  /** @throws OrganMosaicError `not-found` with what there is */
  readonly read: (key: ReportKey, dataset: string) => { entry: ReportEntry; report: EvaluationReport }
}

type Found = { file: string; entry: ReportEntry }

export function createReportStore(workspace: Workspace): ReportStore {
  const known = new Map<string, { stamp: string; entry: ReportEntry | null }>()

  function entryOf(run: string, file: string, stats: Stats): ReportEntry | null {
    const stamp = `${stats.mtimeMs} ${stats.size}`
    const cached = known.get(file)
    if (cached?.stamp === stamp) return cached.entry
    const report = tryRead(file)
    const entry = report && describeReport(run, report)
    known.set(file, { stamp, entry })
    return entry
  }

  function find(): Found[] {
    const kept = findKeptPredictions(workspace)
    return listRunNames(workspace).flatMap((run) =>
      reportFiles(runFolder(workspace, run)).flatMap(({ file, stats }) => {
        const entry = entryOf(run, file, stats)
        if (!entry) return []
        return [{ file, entry: { ...entry, predictionsKept: kept.has(`${entry.key} ${entry.dataset}`) } }]
      }),
    )
  }

  return {
    list: () =>
      find()
        .map(({ entry }) => entry)
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
    read(key, dataset) {
      const all = find()
      const found = all.find(({ entry }) => entry.key === key && entry.dataset === dataset)
      if (found) return { entry: found.entry, report: readJsonFile(found.file, EvaluationReportSchema) }
      const there = all.filter(({ entry }) => entry.dataset === dataset).map(({ entry }) => entry.key)
      const instead = there.length > 0 ? `; on ${dataset} there are ${there.join(', ')}` : ''
      throw new OrganMosaicError(
        'not-found',
        `There is no report ${key} on dataset ${dataset}${instead}; evaluate that run on it first.`,
      )
    },
  }
}

/** The name of the folder counts as the run's: it may have been copied or renamed since. */
function describeReport(run: string, report: EvaluationReport): ReportEntry {
  const { dataset, stage, model, createdAt, runUpdatedAt, meanDice, failures } = report
  return {
    key: `${run}:${stage}:${model}`,
    run,
    dataset,
    stage,
    model,
    createdAt,
    runUpdatedAt,
    meanDice,
    cases: new Set(report.scores.map(({ caseId }) => caseId)).size,
    failures: failures.length,
    predictionsKept: false,
  }
}

function reportFiles(folder: string): { file: string; stats: Stats }[] {
  const reports = join(folder, 'report')
  if (!existsSync(reports)) return []
  return readdirSync(reports)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const file = join(reports, name)
      const stats = statSync(file, { throwIfNoEntry: false })
      return stats ? [{ file, stats }] : []
    })
}

function tryRead(file: string): EvaluationReport | null {
  try {
    return readJsonFile(file, EvaluationReportSchema)
  } catch {
    return null
  }
}
