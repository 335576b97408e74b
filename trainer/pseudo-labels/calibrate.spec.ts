import { describe, expect, it } from 'vitest'
import { createRandom } from '../imaging/random.ts'
import { calibrateTemperature, measureSureness } from './calibrate.ts'

const SETS = [[0], [1], [2], [0, 1, 2]]
const VOXELS = 20_000

/** Voxels drawn from honest probabilities; the model reports them sharpened: to the power of `temperature`. */
function syntheticCase(temperature: number, name: string) {
  const random = createRandom(1, 'calibrate', name)
  const probabilities = new Float32Array(VOXELS * 3)
  const codes = new Uint8Array(VOXELS)
  for (let v = 0; v < VOXELS; v++) {
    // most of a scan is far from every organ, and almost surely background
    const far = random.next() < 0.8
    const honest = [0, 1, 2].map((c) => Math.exp((c === 0 && far ? 6 : 0) + 1.2 * random.normal()))
    const sum = honest.reduce((total, p) => total + p, 0)
    const drawn = random.next() * sum
    codes[v] = drawn < honest[0]! ? 0 : drawn < honest[0]! + honest[1]! ? 1 : 2
    const sharp = honest.map((p) => (p / sum) ** temperature)
    const sharpSum = sharp.reduce((total, p) => total + p, 0)
    sharp.forEach((p, c) => (probabilities[v * 3 + c] = p / sharpSum))
  }
  return { probabilities, codes, sets: SETS }
}

describe('calibrateTemperature', () => {
  it.each([0.7, 1, 1.6, 3])('recovers how much a model exaggerates: %d', (temperature) => {
    const cases = [syntheticCase(temperature, 'one'), syntheticCase(temperature, 'two')]
    expect(calibrateTemperature(cases, 3) / temperature).toBeCloseTo(1, 1)
  })

  it('stays between 0.5 and 5', () => {
    expect(calibrateTemperature([syntheticCase(0.1, 'humble')], 3)).toBeCloseTo(0.5, 1)
    expect(calibrateTemperature([syntheticCase(12, 'boastful')], 3)).toBeCloseTo(5, 1)
  })

  it('looks at voxels that say something: not at ignored ones, nor at sure background', () => {
    const honest = syntheticCase(1.6, 'one')
    const blind = { ...honest, codes: new Uint8Array(VOXELS).fill(3) }
    expect(calibrateTemperature([blind], 3)).toBe(1)
    // whatever the truth is
    const sure = { probabilities: Float32Array.of(0.995, 0.004, 0.001), codes: [1], sets: SETS }
    expect(calibrateTemperature([sure], 3)).toBe(1)
    const many = {
      probabilities: honest.probabilities.map((_, i) => (i % 3 === 0 ? 0.998 : 0.001)),
      codes: new Uint8Array(VOXELS),
      sets: SETS,
    }
    expect(calibrateTemperature([honest, many], 3)).toBe(calibrateTemperature([honest], 3))
  })

  it('is 1 without cases', () => {
    expect(calibrateTemperature([], 3)).toBe(1)
  })
})

describe('measureSureness', () => {
  // Two voxels of background, four of class 1, one of class 2; nobody claims class 3.
  const claimed = [0.6, 0.9, 0.7, 0.8]
  const rest = (p: number, length: number): number[] => Array.from({ length }, () => (1 - p) / length)
  const probabilities = Float32Array.from([
    ...[0.9, ...rest(0.9, 3), 0.5, ...rest(0.5, 3)],
    ...claimed.flatMap((p) => [(1 - p) / 3, p, ...rest(p, 3).slice(1)]),
    ...[0.2, 0.2, 0.4, 0.2],
  ])
  const cases = [{ probabilities }]

  it.each([
    [0.25, 0.9],
    [0.5, 0.8],
    [1, 0.6],
    [0, 1],
  ])('a share of %d of the claimed voxels reaches %d', (share, reached) => {
    const [, first, second, third] = measureSureness(cases, 4, 1, share)
    expect(first).toBeCloseTo(reached, 5)
    expect(second).toBeCloseTo(share === 0 ? 1 : 0.4, 5)
    expect(third).toBe(1)
  })

  it('is that of the calibrated model', () => {
    const odds = Math.sqrt(0.6 / (0.4 / 3))
    expect(measureSureness(cases, 4, 2, 1)[1]).toBeCloseTo(odds / (odds + 3), 5)
  })
})
