// The few numbers that stand for many in a table or a box plot. Pure; docs/reference/statistics.md says which and why.
export interface ValueSummary {
  readonly n: number
  readonly mean: number | null
  /** Sample standard deviation (n - 1); null under two values. */
  readonly sd: number | null
}

export interface BoxStatistics {
  readonly q1: number
  readonly median: number
  readonly q3: number
  /** The outermost values that lie within 1.5 box lengths of the box. */
  readonly low: number
  readonly high: number
  /** Values beyond the whiskers, ascending. */
  readonly outliers: readonly number[]
}

export function describeValues(values: readonly number[]): ValueSummary {
  const mean = meanOf(values)
  if (mean === null || values.length < 2) return { n: values.length, mean, sd: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { n: values.length, mean, sd: Math.sqrt(squares / (values.length - 1)) }
}

export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Tukey's box; null without values. */
export function boxOf(values: readonly number[]): BoxStatistics | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantileOfSorted(sorted, share)) as [number, number, number]
  const reach = 1.5 * (q3 - q1)
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach)
  return {
    q1,
    median,
    q3,
    low: inside[0] ?? q1,
    high: inside.at(-1) ?? q3,
    outliers: [...sorted.filter((value) => value < q1 - reach || value > q3 + reach)],
  }
}

/** Linear interpolation between order statistics, as numpy does by default. @param sorted ascending, not empty */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const rank = (sorted.length - 1) * share
  const below = Math.floor(rank)
  const [low, high] = [sorted[below] ?? NaN, sorted[Math.ceil(rank)] ?? NaN]
  return low + (high - low) * (rank - below)
}
