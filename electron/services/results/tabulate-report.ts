// One evaluation report as its tables: a row an organ, cases from the worst on, volumes in ml.
import type { Case } from '../../../contract/case.ts'
import type { EvaluationReport, OrganScore } from '../../../contract/report.ts'
import type { CaseScore, OrganResult, ReportDetail, ReportEntry } from '../../../contract/results.ts'
import { counts, valuesOf } from './metric-values.ts'
import { describeValues, meanOf } from './statistics/describe-values.ts'

/** @param cases of the registered dataset, for the size of a voxel; empty when it is no longer registered */
export function tabulateReport(entry: ReportEntry, report: EvaluationReport, cases: readonly Case[]): ReportDetail {
  const voxelMl = new Map(cases.flatMap(({ id, geometry }) => (geometry ? [[id, mlOf(geometry.spacingMm)]] : [])))
  const scores = report.scores.map((score) => withVolumes(score, voxelMl.get(score.caseId) ?? null))
  return {
    entry,
    nsdToleranceMm: report.nsdToleranceMm,
    ...(report.keptParts ? { keptParts: report.keptParts } : {}),
    organs: [...Map.groupBy(scores, ({ organ }) => organ)].map(([organ, ofOrgan]) => organRow(organ, ofOrgan)),
    cases: caseRows(report),
    scores,
  }
}

const mlOf = (spacingMm: readonly number[]): number => spacingMm.reduce((product, mm) => product * mm, 1) / 1000

function withVolumes(score: OrganScore, voxelMl: number | null): CaseScore {
  const ml = (voxels: number | null): number | null => (voxels === null || voxelMl === null ? null : voxels * voxelMl)
  return { ...score, truthMl: ml(score.truthVoxels), predictedMl: ml(score.predictedVoxels) }
}

function organRow(organ: string, scores: readonly CaseScore[]): OrganResult {
  const counted = scores.filter(counts)
  const withTruth = counted.filter(({ truthMl }) => truthMl !== null && truthMl > 0)
  const number = (status: OrganScore['status']): number => scores.filter((score) => score.status === status).length
  return {
    organ,
    cases: counted.length,
    missed: number('missed'),
    invented: number('invented'),
    notEvaluable: number('not-evaluable'),
    dice: describeValues(valuesOf(scores, 'dice')),
    hd95Mm: describeValues(valuesOf(scores, 'hd95Mm')),
    nsd: describeValues(valuesOf(scores, 'nsd')),
    truthMl: describeValues(withTruth.flatMap(({ truthMl }) => truthMl ?? [])),
    predictedMl: describeValues(withTruth.flatMap(({ predictedMl }) => predictedMl ?? [])),
    differenceMl: describeValues(withTruth.map(({ truthMl, predictedMl }) => (predictedMl ?? 0) - (truthMl ?? 0))),
  }
}

/** Cases that failed first, then by their mean Dice. */
function caseRows({ scores, failures }: EvaluationReport): ReportDetail['cases'] {
  const failed = failures.map(({ caseId, message }) => ({ caseId, meanDice: null, worstOrgan: null, failure: message }))
  const scored = [...Map.groupBy(scores, ({ caseId }) => caseId)].map(([caseId, ofCase]) => {
    const counted = ofCase.filter((score) => counts(score) && score.dice !== null)
    const worst = counted.toSorted((a, b) => (a.dice ?? 0) - (b.dice ?? 0))[0]
    return { caseId, meanDice: meanOf(valuesOf(counted, 'dice')), worstOrgan: worst?.organ ?? null, failure: null }
  })
  const rank = (meanDice: number | null): number => meanDice ?? Infinity
  return [...failed, ...scored.sort((a, b) => rank(a.meanDice) - rank(b.meanDice) || (a.caseId < b.caseId ? -1 : 1))]
}
