// Reports of one dataset side by side: each against the first, case by case, with tests that respect the pairing.
// Which test, which correction and which interval, and why: docs/reference/statistics.md.
import type { Case } from '../../../contract/case.ts'
import type { OrganId } from '../../../contract/organ.ts'
import type { OrganScore } from '../../../contract/report.ts'
import type { Comparison, PairedDifference, ReportDetail, ResultMetric } from '../../../contract/results.ts'
import { isHigherBetter, pairValue } from './metric-values.ts'
import { bootstrapMean } from './statistics/bootstrap.ts'
import { meanOf } from './statistics/describe-values.ts'
import { holm } from './statistics/holm.ts'
import { signedRankTest } from './statistics/wilcoxon.ts'

type Scores = readonly OrganScore[]
type Pair = { caseId: string; difference: number }
type Uncorrected = Omit<PairedDifference, 'pHolm'>

/**
 * @param reports of one dataset, at least one; the others are compared with the first
 * @param cases of the dataset, to know cases of one patient; empty when it is no longer registered
 */
export function compareReports(
  reports: readonly ReportDetail[],
  metric: ResultMetric,
  cases: readonly Case[],
): Comparison {
  const [first, ...others] = reports
  const organs = [...new Set(reports.flatMap((report) => report.organs.map(({ organ }) => organ)))]
  const patients = new Map(cases.map(({ id, patient }) => [id, patient]))
  const compared = others.map((report) => ({
    key: report.entry.key,
    rows: [null, ...organs].map((organ) =>
      compareOrgan(organ, first?.scores ?? [], report.scores, metric, (caseId) => patients.get(caseId) ?? caseId),
    ),
  }))
  const corrected = holm(compared.flatMap(({ rows }) => rows.map(({ p }) => p)))
  const differences = compared.map(({ key, rows }, index) => ({
    key,
    rows: rows.map((row, at) => ({ ...row, pHolm: corrected[index * rows.length + at] ?? null })),
  }))
  const tests = corrected.filter((p) => p !== null).length
  return { dataset: first?.entry.dataset ?? '', metric, organs, reports: [...reports], differences, tests }
}

function compareOrgan(
  organ: OrganId | null,
  before: Scores,
  after: Scores,
  metric: ResultMetric,
  patientOf: (caseId: string) => string,
): Uncorrected {
  const { pairs, unpaired } =
    organ === null ? pairMeans(before, after, metric) : pairOrgan(organ, before, after, metric)
  const differences = averageByPatient(pairs, patientOf)
  const interval = bootstrapMean(differences)
  const gains = isHigherBetter(metric) ? differences : differences.map((difference) => -difference)
  return {
    organ,
    n: differences.length,
    leftOut: unpaired.length,
    mean: meanOf(differences),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    p: signedRankTest(differences)?.p ?? null,
    better: gains.filter((gain) => gain > 0).length,
    worse: gains.filter((gain) => gain < 0).length,
  }
}

/** Cases in which the organ can be scored; both right about an absent organ says nothing. */
function pairOrgan(organ: OrganId, before: Scores, after: Scores, metric: ResultMetric) {
  const ofOrgan = (scores: Scores): Map<string, OrganScore> =>
    new Map(scores.filter((score) => score.organ === organ).map((score) => [score.caseId, score]))
  const [left, right] = [ofOrgan(before), ofOrgan(after)]
  const pairs: Pair[] = []
  const unpaired: string[] = []
  for (const caseId of new Set([...left.keys(), ...right.keys()])) {
    const [one, two] = [left.get(caseId), right.get(caseId)]
    if (one?.status === 'both-empty' && two?.status === 'both-empty') continue
    const [a, b] = [one ? pairValue(one, metric) : null, two ? pairValue(two, metric) : null]
    if (a !== null && b !== null) pairs.push({ caseId, difference: b - a })
    else if (a !== null || b !== null) unpaired.push(caseId)
  }
  return { pairs, unpaired }
}

/** One difference a case: its mean over the organs that both reports can score in it, each organ with the same weight. */
function pairMeans(before: Scores, after: Scores, metric: ResultMetric) {
  const organs = new Set(before.map(({ organ }) => organ))
  const all = [...organs].map((organ) => pairOrgan(organ, before, after, metric))
  const byCase = Map.groupBy(
    all.flatMap(({ pairs }) => pairs),
    ({ caseId }) => caseId,
  )
  const pairs = [...byCase].map(([caseId, ofCase]) => ({
    caseId,
    difference: meanOf(ofCase.map(({ difference }) => difference)) ?? 0,
  }))
  const unpaired = new Set(all.flatMap((organ) => organ.unpaired)).difference(new Set(byCase.keys()))
  return { pairs, unpaired: [...unpaired] }
}

/**
 * Scans of one patient resemble each other: counting each would pretend more patients than there are. Rounded, so that
 * differences that are equal but for the last bit of a subtraction are ties.
 */
function averageByPatient(pairs: readonly Pair[], patientOf: (caseId: string) => string): number[] {
  return [...Map.groupBy(pairs, ({ caseId }) => patientOf(caseId)).values()].map((ofPatient) => {
    const mean = meanOf(ofPatient.map(({ difference }) => difference)) ?? 0
    return Math.round(mean * 1e12) / 1e12
  })
}
