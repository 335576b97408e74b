// A 95 % interval for a mean by resampling: assumes no shape, and the fixed seed gives the same numbers every time.
// Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile interval).
import { createRandom } from '../../../../trainer/imaging/random.ts'
import { quantileOfSorted } from './describe-values.ts'

export const RESAMPLES = 5_000
export const BOOTSTRAP_SEED = 20_230_603
const LEVEL = 0.95

export interface Interval {
  readonly low: number
  readonly high: number
}

/** @returns null under two values, where resampling has nothing to vary */
export function bootstrapMean(values: readonly number[], resamples = RESAMPLES): Interval | null {
  const n = values.length
  if (n < 2) return null
  const random = createRandom(BOOTSTRAP_SEED, n)
  const means = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0
    for (let draw = 0; draw < n; draw += 1) sum += values[random.integer(n)] ?? 0
    means[resample] = sum / n
  }
  means.sort()
  return { low: quantileOfSorted(means, (1 - LEVEL) / 2), high: quantileOfSorted(means, (1 + LEVEL) / 2) }
}
