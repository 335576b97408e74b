// What a score says about one metric, and whether it counts: the rules of docs/reference/metrics.md in one place.
import type { OrganScore } from '../../../contract/report.ts'
import type { ResultMetric } from '../../../contract/results.ts'

/** Whether more of the metric is better, worse is its negative. */
export const isHigherBetter = (metric: ResultMetric): boolean => metric !== 'hd95Mm'

/** Cases where truth and prediction are both empty would only raise a mean. */
export const counts = ({ status }: OrganScore): boolean => status !== 'not-evaluable' && status !== 'both-empty'

/** Of the scores that count and have the metric: a missed organ has no distance. */
export function valuesOf(scores: readonly OrganScore[], metric: ResultMetric): number[] {
  return scores.filter(counts).flatMap((score) => score[metric] ?? [])
}

/**
 * The value of one side of a pair. Right about an absent organ is as good as can be, which matters when the other side
 * invents it; a pair in which both are right about it says nothing and is left out by the caller.
 */
export function pairValue(score: OrganScore, metric: ResultMetric): number | null {
  if (score.status === 'both-empty') return metric === 'hd95Mm' ? null : 1
  return score[metric]
}
