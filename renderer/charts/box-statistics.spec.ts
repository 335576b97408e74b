import { describe, expect, it } from 'vitest'
import { boxStatistics } from './box-statistics.ts'

describe('box statistics', () => {
  it.each([
    [[1, 2, 3, 4, 5], { q1: 2, median: 3, q3: 4, lowWhisker: 1, highWhisker: 5 }],
    // Quartiles 1.75 and 3.25 by interpolation
    [[4, 1, 3, 2], { q1: 1.75, median: 2.5, q3: 3.25, lowWhisker: 1, highWhisker: 4 }],
    // Quartiles 2 and 4: whiskers reach to -1 and 7, so 20 lies outside
    [[1, 2, 3, 4, 20], { q1: 2, median: 3, q3: 4, lowWhisker: 1, highWhisker: 4 }],
    [[0.7], { q1: 0.7, median: 0.7, q3: 0.7, lowWhisker: 0.7, highWhisker: 0.7 }],
  ])('of %j', (values, expected) => expect(boxStatistics(values)).toMatchObject(expected))

  it('names outliers', () => {
    const box = boxStatistics([1, 2, 3, 4, 20])
    expect([1, 4, 20].map((value) => box?.isOutlier(value))).toEqual([false, false, true])
  })

  it('has nothing to say without values', () => {
    expect(boxStatistics([])).toBeNull()
    expect(boxStatistics([Number.NaN])).toBeNull()
  })
})
