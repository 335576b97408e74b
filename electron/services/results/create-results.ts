// Everything about results in one object: reports, comparisons, files of them, the review of pseudo labels, and what
// prediction and export will write.
import type { RunSummary } from '../../../contract/commands.ts'
import type { Case } from '../../../contract/case.ts'
import type { Review } from '../../../contract/job.ts'
import type { OutputPlan, RunCases } from '../../../contract/output.ts'
import type { Comparison, PseudoReview, ReportDetail, ReportEntry, ResultMetric } from '../../../contract/results.ts'
import { hasDataset, readDataset } from '../workspace/dataset-store.ts'
import type { RunStore } from '../runs/run-control.ts'
import { compareReports } from './compare-reports.ts'
import { describeForReport } from './html/describe-for-report.ts'
import { renderHtmlReport } from './html/render-html-report.ts'
import { listRunCases } from './list-run-cases.ts'
import { planExport, planPrediction } from './plan-output.ts'
import { readPseudoReview } from './read-pseudo-review.ts'
import { createReportStore } from './report-store.ts'
import { casesCsv, organsCsv } from './results-csv.ts'
import { sendReview } from './send-review.ts'
import { tabulateReport } from './tabulate-report.ts'
import { createImageUploads, type ImageUploads } from '../uploads/image-uploads.ts'

/** Reports of one dataset; each is named RUN:STAGE:MODEL, and the others are compared with the first. */
export type ChosenReports = { dataset: string; reports: readonly string[] }

export interface Results {
  readonly list: () => ReportEntry[]
  /** @throws OrganMosaicError `not-found` */
  readonly compare: (chosen: ChosenReports, metric: ResultMetric) => Comparison
  readonly csv: (chosen: ChosenReports, table: 'cases' | 'organs') => string
  /** Self-contained. @param now printed as its date, the only thing that differs between two of the same reports */
  readonly html: (chosen: ChosenReports, now: Date) => string
  readonly pseudoReview: (run: string) => Promise<PseudoReview>
  readonly sendReview: (run: string, review: Review) => Promise<RunSummary>
  readonly runCases: (run: string) => RunCases
  readonly planExport: (request: Parameters<typeof planExport>[1]) => Promise<OutputPlan>
  readonly planPrediction: (request: Parameters<typeof planPrediction>[1]) => Promise<OutputPlan>
  readonly uploads: ImageUploads
}

export function createResults(store: RunStore): Results {
  const { workspace } = store
  const reports = createReportStore(workspace)

  /** As registered now; empty when the dataset is gone, and the reports remain readable. */
  const casesOf = (dataset: string): Case[] =>
    hasDataset(workspace, dataset) ? readDataset(workspace, dataset).cases : []

  function details({ dataset, reports: keys }: ChosenReports): ReportDetail[] {
    const cases = casesOf(dataset)
    return keys.map((key) => {
      const { entry, report } = reports.read(key, dataset)
      return tabulateReport(entry, report, cases)
    })
  }

  const compare: Results['compare'] = (chosen, metric) =>
    compareReports(details(chosen), metric, casesOf(chosen.dataset))

  return {
    list: reports.list,
    compare,
    csv: (chosen, table) => (table === 'cases' ? casesCsv : organsCsv)(details(chosen)),
    html: (chosen, now) =>
      renderHtmlReport({
        comparisons: (['dice', 'hd95Mm', 'nsd'] as const).map((metric) => compare(chosen, metric)),
        about: describeForReport(workspace, chosen),
        now,
      }),
    pseudoReview: (run) => readPseudoReview(store, run),
    sendReview: (run, review) => sendReview(store, run, review),
    runCases: (run) => listRunCases(workspace, run),
    planExport: (request) => planExport(workspace, request),
    planPrediction: (request) => planPrediction(workspace, request),
    uploads: createImageUploads(workspace),
  }
}
