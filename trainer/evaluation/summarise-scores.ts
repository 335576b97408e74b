// From scores a case and an organ to the table of a report: one row an organ, one mean over organs. Tensor-free.
import type { z } from 'zod'
import type { OrganScore, OrganSummarySchema } from '../../contract/report.ts'

export type OrganSummary = z.infer<typeof OrganSummarySchema>

/**
 * One row an organ, in order of first appearance. Cases where truth and prediction are both empty would only raise
 * the means and are left out; distances average over the cases that have them.
 */
export function summariseScores(scores: readonly OrganScore[]): OrganSummary[] {
  const byOrgan = Map.groupBy(scores, (score) => score.organ)
  return [...byOrgan].map(([organ, ofOrgan]) => {
    const counted = ofOrgan.filter((score) => !['not-evaluable', 'both-empty'].includes(score.status))
    const dices = numbers(counted.map((score) => score.dice))
    return {
      organ,
      cases: counted.length,
      dice: meanOf(dices),
      diceSd: sdOf(dices),
      hd95Mm: meanOf(numbers(counted.map((score) => score.hd95Mm))),
      assdMm: meanOf(numbers(counted.map((score) => score.assdMm))),
      nsd: meanOf(numbers(counted.map((score) => score.nsd))),
      missed: counted.filter((score) => score.status === 'missed').length,
      invented: counted.filter((score) => score.status === 'invented').length,
    }
  })
}

/** Mean over organs of the mean over cases, so that a rarely labelled organ counts as much; null without any. */
export function meanDiceOver(summaries: readonly OrganSummary[]): number | null {
  return meanOf(numbers(summaries.map((summary) => summary.dice)))
}

const numbers = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length
}

/** Sample standard deviation (n - 1); null under two values. */
function sdOf(values: readonly number[]): number | null {
  const mean = meanOf(values)
  if (mean === null || values.length < 2) return null
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1))
}
