// From the scores of all runs of a study to its tables: means over seeds, and differences to the first row by case.
import type { Case } from '../../../contract/dataset.ts'
import { METHODS } from '../../../contract/methods.ts'
import { plannedStages } from '../../../contract/planned-stages.ts'
import type { EvaluationReport } from '../../../contract/report.ts'
import type { Comparison, ReportDetail, ResultMetric } from '../../../contract/results.ts'
import type { OverSeeds, StudyConfig, StudyResult, StudyResultRow, StudyRow } from '../../../contract/study.ts'
import { compareReports } from '../results/compare-reports.ts'
import { valuesOf } from '../results/metric-values.ts'
import { describeValues, meanOf } from '../results/statistics/describe-values.ts'
import { tabulateReport } from '../results/tabulate-report.ts'
import { averageReports } from './average-reports.ts'

export interface ScoredRun {
  /** Name of its row. */
  readonly row: string
  readonly run: string
  /** Of all its models together. */
  readonly report: EvaluationReport
  /** Of its best full model; null for a method with one network or partial models. */
  readonly single: EvaluationReport | null
  readonly trainingSeconds: number
}

export interface StudySummary {
  readonly result: Pick<StudyResult, 'rows' | 'tests'>
  /** Rows against the first, seeds averaged, for each metric. */
  readonly comparisons: readonly Comparison[]
}

export const STUDY_METRICS = ['dice', 'hd95Mm', 'nsd'] as const satisfies readonly ResultMetric[]

/** @param cases of the test set, to know those of one patient */
export function summariseStudy(config: StudyConfig, runs: readonly ScoredRun[], cases: readonly Case[]): StudySummary {
  const runsOf = ({ name }: StudyRow): ScoredRun[] => runs.filter(({ row }) => row === name)
  const details = config.rows.map((row) => detailOf(config, row, runsOf(row), cases))
  const comparisons = STUDY_METRICS.map((metric) => compareReports(details, metric, cases))
  const [dice] = comparisons
  const rows = config.rows.map((row, index) => {
    const differences = dice.differences.find(({ key }) => key === details[index].entry.key)?.rows ?? []
    return { ...describeRow(row, runsOf(row)), differences }
  })
  return { result: { rows, tests: dice.tests }, comparisons }
}

function describeRow(row: StudyRow, runs: readonly ScoredRun[]): Omit<StudyResultRow, 'differences'> {
  const reports = runs.map(({ report }) => report)
  const organs = [...new Set(reports.flatMap((report) => report.organs.map(({ organ }) => organ)))]
  const byOrgan = organs.map((organ) => ({ organ, ...metricsOf(reports, (report) => [organMeans(report, organ)]) }))
  const singles = runs.flatMap(({ single }) => single ?? [])
  return {
    name: row.name,
    method: row.method,
    runs: runs.map(({ run }) => run),
    organs: byOrgan,
    mean: metricsOf(reports, (report) => organs.map((organ) => organMeans(report, organ))),
    bestSingle: singles.length > 0 ? overSeeds(singles.map(({ meanDice }) => meanDice)) : null,
    trainingSeconds: meanOf(runs.map(({ trainingSeconds }) => trainingSeconds)) ?? 0,
  }
}

type Means = Record<(typeof STUDY_METRICS)[number], number | null>

function organMeans({ scores }: EvaluationReport, organ: string): Means {
  const own = scores.filter((score) => score.organ === organ)
  const mean = (metric: ResultMetric): number | null => meanOf(valuesOf(own, metric))
  return { dice: mean('dice'), hd95Mm: mean('hd95Mm'), nsd: mean('nsd') }
}

/** @param of values of one seed, to be averaged */
function metricsOf(
  reports: readonly EvaluationReport[],
  of: (report: EvaluationReport) => Means[],
): StudyResultRow['mean'] {
  const seeds = reports.map(of)
  const over = (metric: keyof Means): OverSeeds =>
    overSeeds(seeds.map((values) => meanOf(values.flatMap((value) => value[metric] ?? []))))
  return { dice: over('dice'), hd95Mm: over('hd95Mm'), nsd: over('nsd') }
}

function overSeeds(values: readonly (number | null)[]): OverSeeds {
  const { mean, sd } = describeValues(values.flatMap((value) => value ?? []))
  return { mean, sd }
}

/** The seeds of a row as one report, under the name of the row. */
function detailOf(
  { name, test }: StudyConfig,
  row: StudyRow,
  runs: readonly ScoredRun[],
  cases: readonly Case[],
): ReportDetail {
  const report = averageReports(runs.map((each) => each.report))
  const stage = plannedStages(METHODS[row.method].stages).at(-1) ?? 2
  const entry = {
    key: `${name}-${row.name}:${stage}:ensemble`,
    run: row.name,
    dataset: test,
    stage,
    model: 'ensemble' as const,
    createdAt: report.createdAt,
    meanDice: report.meanDice,
    cases: new Set(report.scores.map(({ caseId }) => caseId)).size,
    failures: report.failures.length,
    predictionsKept: false,
  }
  return tabulateReport(entry, report, cases)
}
