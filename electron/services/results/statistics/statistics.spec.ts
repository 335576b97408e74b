// Against values that scipy and statsmodels computed: tests/fixtures/statistics/make-fixtures.py.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bootstrapMean } from './bootstrap.ts'
import { boxOf, describeValues } from './describe-values.ts'
import { holm } from './holm.ts'
import { midranks, signedRankTest, upperTail } from './wilcoxon.ts'

const values = z.array(z.number())
const expected = z
  .object({
    wilcoxon: z.array(z.object({ name: z.string(), values, p: z.number() })),
    holm: z.array(z.object({ p: values, corrected: values })),
    bootstrap: z.array(z.object({ values, low: z.number(), high: z.number() })),
    descriptions: z.array(
      z.object({
        values,
        mean: z.number(),
        sd: z.number(),
        q1: z.number(),
        median: z.number(),
        q3: z.number(),
      }),
    ),
    tails: z.array(z.object({ z: z.number(), p: z.number() })),
  })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../../../tests/fixtures/statistics/expected.json'), 'utf8')),
  )

describe('signedRankTest', () => {
  test.each(expected.wilcoxon)('$name', ({ values, p }) => {
    expect(signedRankTest(values)?.p).toBeCloseTo(p, 10)
    expect((signedRankTest(values)?.p ?? 0) / p).toBeCloseTo(1, 6)
    // The test does not know which of the two came first.
    expect(signedRankTest(values.map((value) => -value))?.p).toBeCloseTo(p, 10)
  })

  test('by hand: three improvements of different sizes are one of eight sign patterns, counted on both sides', () => {
    expect(signedRankTest([0.1, 0.2, 0.3])).toEqual({ n: 3, positiveRanks: 6, p: 0.25, method: 'exact' })
    expect(signedRankTest([0.1, 0, 0.2, 0.3])).toMatchObject({ n: 3, p: 0.25 })
  })

  test('has nothing to say where nothing differs', () => {
    expect(signedRankTest([])).toBeNull()
    expect(signedRankTest([0, 0, -0])).toBeNull()
  })

  test('goes over to the approximation without a jump', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => (i % 5 < 3 ? 1 : -1) * (1 + i / 100))
    const [exact, approximate] = [signedRankTest(hundred), signedRankTest([1e-6, ...hundred])]
    expect([exact?.method, approximate?.method]).toEqual(['exact', 'normal approximation'])
    expect(Math.abs((exact?.p ?? 0) - (approximate?.p ?? 1))).toBeLessThan(0.005)
  })
})

test('midranks shares the ranks of equal values', () => {
  expect(midranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
  expect(midranks([])).toEqual([])
})

test.each(expected.tails)('upperTail($z)', ({ z, p }) => {
  expect(upperTail(z) / p).toBeCloseTo(1, 9)
})

describe('holm', () => {
  test.each(expected.holm)('corrects $p', ({ p, corrected }) => {
    const found = holm(p)
    corrected.forEach((value, index) => expect(found[index]).toBeCloseTo(value, 12))
  })

  test('does not count tests that could not be made', () => {
    expect(holm([null, 0.02, null, 0.03])).toEqual([null, 0.04, null, 0.04])
    expect(holm([])).toEqual([])
  })
})

describe('bootstrapMean', () => {
  test.each(expected.bootstrap)(
    'of $values.length values agrees with 400,000 resamples of scipy',
    ({ values, low, high }) => {
      const found = bootstrapMean(values)
      const width = high - low
      expect(Math.abs((found?.low ?? 0) - low) / width).toBeLessThan(0.04)
      expect(Math.abs((found?.high ?? 0) - high) / width).toBeLessThan(0.04)
    },
  )

  test('gives the same numbers every time, and none for a single value', () => {
    expect(bootstrapMean([0.1, 0.2, 0.4])).toEqual(bootstrapMean([0.1, 0.2, 0.4]))
    expect(bootstrapMean([0.5, 0.5])).toEqual({ low: 0.5, high: 0.5 })
    expect(bootstrapMean([0.1])).toBeNull()
  })
})

describe('describeValues and boxOf', () => {
  test.each(expected.descriptions)('of $values', ({ values, mean, sd, q1, median, q3 }) => {
    const found = describeValues(values)
    expect(found.n).toBe(values.length)
    expect(found.mean).toBeCloseTo(mean, 12)
    expect(found.sd).toBeCloseTo(sd, 12)
    const box = boxOf(values)
    ;[box?.q1, box?.median, box?.q3].forEach((value, index) =>
      expect(value).toBeCloseTo([q1, median, q3][index] ?? NaN, 12),
    )
  })

  test('whiskers end at the last value within 1.5 boxes; the others are outliers', () => {
    // quartiles 2 and 4, reach 3: from -1 to 7
    expect(boxOf([1, 2, 3, 4, 12])).toEqual({ q1: 2, median: 3, q3: 4, low: 1, high: 4, outliers: [12] })
    expect(boxOf([0.5])).toEqual({ q1: 0.5, median: 0.5, q3: 0.5, low: 0.5, high: 0.5, outliers: [] })
  })

  test('of few values', () => {
    expect(describeValues([])).toEqual({ n: 0, mean: null, sd: null })
    expect(describeValues([2])).toEqual({ n: 1, mean: 2, sd: null })
    expect(boxOf([])).toBeNull()
  })
})
