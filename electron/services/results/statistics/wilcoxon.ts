// Wilcoxon's signed-rank test of paired differences, two-sided. Exact as long as that is cheap, ties included.
// Source: Wilcoxon 1945; Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, section 3.1. Pure.
export interface SignedRankResult {
  /** Pairs that differ; pairs without a difference say nothing about its sign and are left out. */
  readonly n: number
  /** Sum of the ranks of the positive differences. */
  readonly positiveRanks: number
  readonly p: number
  readonly method: 'exact' | 'normal approximation'
}

/** Up to here all sign patterns are counted; beyond, the normal approximation differs in the fourth decimal at most. */
const EXACT_UP_TO = 100

/** @returns null when no pair differs */
export function signedRankTest(differences: readonly number[]): SignedRankResult | null {
  const nonZero = differences.filter((difference) => difference !== 0)
  const n = nonZero.length
  if (n === 0) return null
  const ranks = midranks(nonZero.map(Math.abs))
  const positiveRanks = ranks.reduce((sum, rank, index) => sum + ((nonZero[index] ?? 0) > 0 ? rank : 0), 0)
  return n <= EXACT_UP_TO
    ? { n, positiveRanks, p: exactP(ranks, positiveRanks), method: 'exact' }
    : { n, positiveRanks, p: approximateP(ranks, positiveRanks), method: 'normal approximation' }
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function midranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1
    for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/**
 * Share of all 2^n sign patterns whose rank sum lies at least as far from the middle as the observed one.
 * Ranks are doubled, so that those of ties are whole numbers; the patterns of each sum are counted one rank at a time.
 */
function exactP(ranks: readonly number[], positiveRanks: number): number {
  const doubled = ranks.map((rank) => Math.round(2 * rank))
  const total = doubled.reduce((sum, rank) => sum + rank, 0)
  const share = new Float64Array(total + 1)
  share[0] = 1
  let reached = 0
  for (const rank of doubled) {
    reached += rank
    for (let sum = reached; sum >= 0; sum -= 1) {
      share[sum] = ((share[sum] ?? 0) + (sum >= rank ? (share[sum - rank] ?? 0) : 0)) / 2
    }
  }
  const smaller = Math.min(Math.round(2 * positiveRanks), total - Math.round(2 * positiveRanks))
  const tail = share.subarray(0, smaller + 1).reduce((sum, value) => sum + value, 0)
  return Math.min(1, 2 * tail)
}

/** The variance is computed from the ranks themselves, which corrects it for ties; no continuity correction. */
function approximateP(ranks: readonly number[], positiveRanks: number): number {
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / 2
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4
  return Math.min(1, 2 * upperTail(Math.abs(positiveRanks - mean) / Math.sqrt(variance)))
}

/** P(Z > z) of the standard normal, z >= 0: a continued fraction far out, a power series near the middle. */
export function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    let [term, sum] = [z, z]
    for (let k = 1; Math.abs(term) > 1e-17; k += 1) {
      term *= (z * z) / (2 * k + 1)
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = 0
  for (let k = 60; k >= 1; k -= 1) fraction = k / (z + fraction)
  return density / (z + fraction)
}
