// The random streams that every sampler, augmentation and the phantom draw from.
import { describe, expect, it } from 'vitest'
import { createRandom } from './random.ts'

const draw = (count: number, ...key: (number | string)[]): number[] => {
  const random = createRandom(...key)
  return Array.from({ length: count }, () => random.next())
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('createRandom', () => {
  it('is a pure function of its key', () => {
    expect(draw(50, 1, 'stage1', 7)).toEqual(draw(50, 1, 'stage1', 7))
  })

  it('never changes: the first words of two known keys are pinned', () => {
    const words = (...key: (number | string)[]): number[] => draw(3, ...key).map((value) => value * 2 ** 32)
    expect(words(1)).toEqual([2236277243, 3669334, 1824336727])
    expect(words(1, 'phantom', 42)).toEqual([3354523069, 2422980660, 2656591444])
  })

  it.each([
    ['another number', [1, 2], [1, 3]],
    ['another order', [1, 2], [2, 1]],
    ['number against text', [1], ['1']],
    ['where the parts are cut', [1, 11], [11, 1]],
    ['parts joined', ['a', 'b'], ['a,b']],
    ['one key more', [1], [1, 0]],
    ['no key', [], [0]],
  ])('gives unrelated streams for %s', (_, left, right) => {
    const a = draw(2000, ...(left as (number | string)[]))
    const b = draw(2000, ...(right as (number | string)[]))
    const correlation = 12 * mean(a.map((value, index) => (value - 0.5) * ((b[index] as number) - 0.5)))
    expect(Math.abs(correlation)).toBeLessThan(0.09) // 4 standard errors of 1 / sqrt(2000)
  })

  it('has no collisions or trend over the first draws of consecutive keys', () => {
    const firsts = Array.from({ length: 10_000 }, (_, step) => draw(1, 5, step)[0] as number)
    expect(new Set(firsts).size).toBeGreaterThan(9_990)
    expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.012)
    const lag = 12 * mean(firsts.slice(1).map((value, index) => (value - 0.5) * ((firsts[index] as number) - 0.5)))
    expect(Math.abs(lag)).toBeLessThan(0.04)
  })

  it('is uniform: chi-square over 64 bins', () => {
    const bins = new Array<number>(64).fill(0)
    for (const value of draw(64_000, 'uniform')) bins[Math.floor(value * 64)]! += 1
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chiSquare).toBeGreaterThan(30) // 63 degrees of freedom, p 0.0002 and 0.9998
    expect(chiSquare).toBeLessThan(110)
  })

  it('has standard normals', () => {
    const random = createRandom('normal')
    const values = Array.from({ length: 40_000 }, () => random.normal())
    expect(Math.abs(mean(values))).toBeLessThan(0.02)
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1)
    expect(mean(values.map((value) => (Math.abs(value) < 1.959964 ? 1 : 0)))).toBeCloseTo(0.95, 2)
    expect(values.every(Number.isFinite)).toBe(true)
  })

  it('draws every integer below n, and within bounds', () => {
    const random = createRandom('integer')
    expect([...new Set(Array.from({ length: 300 }, () => random.integer(5)))].sort()).toEqual([0, 1, 2, 3, 4])
    expect(random.integer(1)).toBe(0)
    const values = Array.from({ length: 1000 }, () => random.between(-3, 7))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3)
    expect(Math.max(...values)).toBeLessThan(7)
  })

  it('shuffles evenly without touching its argument', () => {
    const random = createRandom('shuffle')
    const items = Object.freeze([0, 1, 2, 3])
    const atFirst = [0, 0, 0, 0]
    for (let round = 0; round < 4000; round++) {
      const shuffled = random.shuffle(items)
      expect([...shuffled].sort()).toEqual([0, 1, 2, 3])
      atFirst[shuffled[0] as number]! += 1
    }
    for (const count of atFirst) expect(Math.abs(count - 1000)).toBeLessThan(120)
    expect(random.shuffle([])).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 33])('refuses integer(%s)', (n) => {
    expect(() => createRandom(1).integer(n)).toThrow(/whole n from 1 to 2\^32/)
  })

  it.each([Number.NaN, Infinity])('refuses the key %s', (part) => {
    expect(() => createRandom(1, part)).toThrow(/finite numbers/)
  })
})
