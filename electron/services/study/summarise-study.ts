// From the scores of all runs of a study to its tables: means over seeds, and differences to the first row by case.
import type { Case } from '../../../contract/case.ts'
import type { EvaluationReport } from '../../../contract/report.ts'
import type { Comparison, ReportDetail, ResultMetric } from '../../../contract/results.ts'
import type {
  OverSeeds,
  StudyConfig,
  StudyResult,
  StudyResultRow,
  StudyRow,
  StudyScores,
} from '../../../contract/study.ts'
import { compareReports } from '../results/compare-reports.ts'
import { valuesOf } from '../results/metric-values.ts'
import { describeValues, meanOf } from '../results/statistics/describe-values.ts'
import { tabulateReport } from '../results/tabulate-report.ts'
import { averageReports } from './average-reports.ts'
import type { RunFigures } from './run-figures.ts'
import { linesOf, type StudyLine } from './study-lines.ts'

export interface ScoredRun {
  /** Name of its row. */
  readonly row: string
  readonly run: string
  /** Of all its models together. */
  readonly report: EvaluationReport
  /** Of its best full model; null for a method with one network or partial models. */
  readonly single: EvaluationReport | null
  readonly figures: RunFigures
  readonly trainingSeconds: number
}

export interface StudySummary {
  readonly result: Pick<StudyResult, 'rows' | 'tests'>
  /** What is compared, the first with all others: rows, and best single models as lines of their own. */
  readonly lines: readonly StudyLine[]
  /** Lines against the first, seeds averaged, for each metric. */
  readonly comparisons: readonly Comparison[]
}

export const STUDY_METRICS = ['dice', 'hd95Mm', 'nsd'] as const satisfies readonly ResultMetric[]

/**
 * @param runs rows without any are left out
 * @param cases of the test set, to know those of one patient
 */
export function summariseStudy(config: StudyConfig, runs: readonly ScoredRun[], cases: readonly Case[]): StudySummary {
  const runsOf = ({ name }: StudyRow): ScoredRun[] => runs.filter(({ row }) => row === name)
  const rows = config.rows.filter((row) => runsOf(row).length > 0)
  const lines = linesOf(config, rows, runs)
  const details = lines.map((line) => detailOf(config, line, cases))
  const comparisons = STUDY_METRICS.map((metric) => compareReports(details, metric, cases))
  const [dice] = comparisons
  const scoresOf = (line: StudyLine): StudyScores => ({
    ...describeScores(line.reports),
    differences: dice.differences.find(({ key }) => key === line.key)?.rows ?? [],
  })
  const described = rows.map((row) => {
    const [all, single] = lines.filter((line) => line.row === row.name)
    return { ...describeRow(row, runsOf(row)), ...scoresOf(all!), single: single ? scoresOf(single) : null }
  })
  return { result: { rows: described, tests: dice.tests }, lines, comparisons }
}

function describeRow(
  { name, method }: StudyRow,
  runs: readonly ScoredRun[],
): Omit<StudyResultRow, keyof StudyScores | 'single'> {
  const singles = runs.flatMap(({ single }) => single ?? [])
  const costs = runs.map(({ figures }) => figures.cost)
  const memory = costs.flatMap(({ peakMemoryMb }) => peakMemoryMb ?? [])
  const trainingSeconds = meanOf(runs.map((run) => run.trainingSeconds)) ?? 0
  return {
    name,
    method,
    runs: runs.map(({ run }) => run),
    bestSingle: singles.length > 0 ? overSeeds(singles.map(({ meanDice }) => meanDice)) : null,
    trainingSeconds,
    terms: runs[0]!.figures.terms,
    cost: {
      seconds: trainingSeconds,
      patches: Math.round(meanOf(costs.map(({ patches }) => patches)) ?? 0),
      peakMemoryMb: memory.length > 0 ? Math.max(...memory) : null,
    },
    curves: runs.map(({ figures }) => figures.curve),
  }
}

function describeScores(reports: readonly EvaluationReport[]): Omit<StudyScores, 'differences'> {
  const organs = [...new Set(reports.flatMap((report) => report.organs.map(({ organ }) => organ)))]
  return {
    organs: organs.map((organ) => ({ organ, ...metricsOf(reports, (report) => [organMeans(report, organ)]) })),
    mean: metricsOf(reports, (report) => organs.map((organ) => organMeans(report, organ))),
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

/** The seeds of a line as one report, under the name of the line. */
function detailOf({ test }: StudyConfig, line: StudyLine, cases: readonly Case[]): ReportDetail {
  const report = averageReports(line.reports)
  const entry = {
    key: line.key,
    run: line.label,
    dataset: test,
    stage: line.stage,
    model: line.model,
    createdAt: report.createdAt,
    meanDice: report.meanDice,
    cases: new Set(report.scores.map(({ caseId }) => caseId)).size,
    failures: report.failures.length,
    predictionsKept: false,
  }
  return tabulateReport(entry, report, cases)
}
