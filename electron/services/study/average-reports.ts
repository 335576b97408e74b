// The reports of a method's seeds as one: each case's scores are averaged, so that seeds are not counted as patients.
import type { EvaluationReport, OrganScore } from '../../../contract/report.ts'
import { meanOf } from '../results/statistics/describe-values.ts'

type Averaged = 'dice' | 'hd95Mm' | 'assdMm' | 'nsd'

/** @param reports of the same cases; at least one */
export function averageReports(reports: readonly EvaluationReport[]): EvaluationReport {
  const [first] = reports
  const groups = Map.groupBy(
    reports.flatMap(({ scores }) => scores),
    ({ caseId, organ }) => `${caseId}\n${organ}`,
  )
  return {
    ...first,
    meanDice: meanOf(reports.flatMap(({ meanDice }) => meanDice ?? [])),
    scores: [...groups.values()].map(averageScores),
    failures: [...new Map(reports.flatMap(({ failures }) => failures).map((each) => [each.caseId, each])).values()],
    seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** A distance is there where any seed has one: a seed that missed the organ has no surface to measure from. */
function averageScores(scores: readonly OrganScore[]): OrganScore {
  const mean = (metric: Averaged): number | null => meanOf(scores.flatMap((score) => score[metric] ?? []))
  // As bad as it was with any seed, for the counts of missed and invented organs.
  const status = scores.find(({ status }) => status === 'missed' || status === 'invented')?.status
  return {
    ...scores[0],
    status: status ?? scores[0].status,
    dice: mean('dice'),
    hd95Mm: mean('hd95Mm'),
    assdMm: mean('assdMm'),
    nsd: mean('nsd'),
    predictedVoxels: Math.round(meanOf(scores.map(({ predictedVoxels }) => predictedVoxels)) ?? 0),
  }
}
