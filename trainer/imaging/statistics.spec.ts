import { describe, expect, it } from 'vitest'
import { measureIntensity, percentiles, summarise } from './statistics.ts'

describe('summarise', () => {
  it('counts what is not finite and leaves it out', () => {
    const summary = summarise(Float32Array.of(1, NaN, 3, Infinity, -Infinity, 5))
    // deviations -2, 0, 2: variance 8 / 3
    expect(summary).toMatchObject({ min: 1, max: 5, mean: 3, finite: 3, notFinite: 3, constant: false })
    expect(summary.sd).toBeCloseTo(Math.sqrt(8 / 3), 12)
  })
  it.each([
    ['one value', Int16Array.of(7, 7, 7), { min: 7, max: 7, mean: 7, sd: 0, constant: true }],
    ['nothing finite', Float32Array.of(NaN), { min: 0, max: 0, mean: 0, sd: 0, finite: 0, constant: true }],
    ['nothing', new Uint8Array(0), { finite: 0, notFinite: 0, constant: true }],
  ])('%s', (_, values, expected) => expect(summarise(values)).toMatchObject(expected))
})

describe('summarise, of many short integers', () => {
  const numbers = Array.from({ length: 70_000 }, (_, n) => ((n * 7919) % 4001) - 1000)
  it.each([
    ['16 bits', Int16Array.from(numbers)],
    ['16 bits without sign', Uint16Array.from(numbers, (value) => value + 1000)],
    ['8 bits', Int8Array.from(numbers, (value) => value % 100)],
    ['8 bits without sign', Uint8Array.from(numbers, (value) => Math.abs(value) % 200)],
  ])('%s: as of floats', (_, values) => {
    const [short, { sd, ...long }] = [summarise(values), summarise(Float64Array.from(values))]
    expect(short).toMatchObject(long)
    expect(short.sd).toBeCloseTo(sd, 9)
  })
})

describe('percentiles', () => {
  it('interpolates like numpy', () => {
    // numpy.percentile([1, 2, 4, 8], [0, 25, 50, 99.5, 100])
    const found = percentiles(Int16Array.of(8, 1, 4, 2), [0, 0.25, 0.5, 0.995, 1])
    ;[1, 1.75, 3, 7.94, 8].forEach((value, n) => expect(found[n]).toBeCloseTo(value, 10))
  })
  it('samples large volumes evenly and repeatably', () => {
    const values = Float32Array.from({ length: 2 ** 21 }, (_, n) => n % 1024)
    const [median, high] = percentiles(values, [0.5, 0.995])
    expect(median).toBeCloseTo(511.5, -1)
    expect(high).toBeCloseTo(1018, -1)
    expect(percentiles(values, [0.5, 0.995])).toEqual([median, high])
  })
  it('is NaN without a finite value', () => expect(percentiles(Float32Array.of(NaN), [0.5])).toEqual([NaN]))
})

describe('measureIntensity', () => {
  it('describes the labelled voxels apart', () => {
    const { foreground, max } = measureIntensity(Int16Array.of(-1000, 10, 20, 30, 5000), Uint8Array.of(0, 1, 9, 1, 0))
    expect(max).toBe(5000)
    expect(foreground).toMatchObject({ voxels: 3, mean: 20, median: 20, p005: 10.1, p995: 29.9 })
  })
  it('has no foreground without labels', () => {
    expect(measureIntensity(Int16Array.of(1, 2), new Uint8Array(2)).foreground).toBeNull()
    expect(measureIntensity(Int16Array.of(1, 2), null).foreground).toBeNull()
  })
})
