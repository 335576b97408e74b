// The five numbers of a box plot, and which values lie outside its whiskers (Tukey, 1.5 interquartile ranges).

export interface BoxStatistics {
  readonly lowWhisker: number
  readonly q1: number
  readonly median: number
  readonly q3: number
  readonly highWhisker: number
  readonly isOutlier: (value: number) => boolean
}

/** Quartiles by linear interpolation between the two nearest values. @returns null without values */
export function boxStatistics(values: readonly number[]): BoxStatistics | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) return null
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1)
    const below = sorted[Math.floor(at)] ?? least
    const above = sorted[Math.ceil(at)] ?? most
    return below + (above - below) * (at - Math.floor(at))
  }
  const [q1, median, q3] = [quantile(0.25), quantile(0.5), quantile(0.75)]
  const reach = 1.5 * (q3 - q1)
  const isOutlier = (value: number): boolean => value < q1 - reach || value > q3 + reach
  const inside = sorted.filter((value) => !isOutlier(value))
  return { lowWhisker: inside[0] ?? q1, q1, median, q3, highWhisker: inside.at(-1) ?? q3, isOutlier }
}
