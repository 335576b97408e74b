// Noise, kernel and offset of the phantom's scanners, and the fields that shape and texture its patients.
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../trainer/imaging/random.ts'
import type { Scanner } from './phantom-description.ts'
import { addScannerLook } from './scanner-look.ts'
import { createWaves, sumOfWaves } from './waves.ts'

const SHAPE: [number, number, number] = [24, 32, 32]
const VOXELS = 24 * 32 * 32
const scanner = (look: Partial<Scanner>): Scanner => ({
  shape: SHAPE,
  spacingMm: [5, 5, 5],
  centreZMm: 0,
  noiseSd: 0,
  kernel: 0,
  offsetHu: 0,
  ...look,
})
const scan = (look: Partial<Scanner>, hu: number, fromAxis = 0.5): Int16Array =>
  addScannerLook(
    new Float32Array(VOXELS).fill(hu),
    SHAPE,
    new Float32Array(VOXELS).fill(fromAxis),
    scanner(look),
    createRandom('look', look.kernel ?? 0),
  )
const sd = (values: ArrayLike<number>): number => {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length)
}
/** Correlation of each voxel with its neighbour along the width. */
const neighbourCorrelation = (image: Int16Array): number => {
  const pairs = Array.from(image.subarray(1), (value, at) => value * (image[at] as number))
  return pairs.reduce((sum, value) => sum + value, 0) / pairs.length / sd(image) ** 2
}

describe('addScannerLook', () => {
  it('leaves a uniform image without noise alone but for the offset, within 12 bits', () => {
    expect(new Set(scan({ kernel: 0.2, offsetHu: -7 }, 50))).toEqual(new Set([43]))
    expect(new Set(scan({ offsetHu: -50 }, -1000))).toEqual(new Set([-1024]))
    expect(new Set(scan({ offsetHu: 100 }, 3000))).toEqual(new Set([3071]))
  })

  it.each([0, 0.16, -0.05])('has the stated noise half-way to the skin with the kernel %s', (kernel) => {
    // Within 5 %: at the border, where the outermost voxel repeats, the kernel smooths less.
    expect(Math.abs(sd(scan({ noiseSd: 20, kernel }, 0)) - 20)).toBeLessThan(1)
  })

  it('has more noise in the middle of the body than at the skin', () => {
    expect(sd(scan({ noiseSd: 20 }, 0, 0))).toBeCloseTo(28, 0)
    expect(sd(scan({ noiseSd: 20 }, 0, 1))).toBeCloseTo(12, 0)
  })

  it('correlates noise with a smooth kernel, and the other way round with a sharp one', () => {
    expect(Math.abs(neighbourCorrelation(scan({ noiseSd: 20 }, 0)))).toBeLessThan(0.03)
    expect(neighbourCorrelation(scan({ noiseSd: 20, kernel: 0.16 }, 0))).toBeGreaterThan(0.3)
    expect(neighbourCorrelation(scan({ noiseSd: 20, kernel: -0.05 }, 0))).toBeLessThan(-0.05)
  })

  it('spreads a point along each axis by the kernel', () => {
    const hu = new Float32Array(VOXELS)
    const middle = (12 * 32 + 16) * 32 + 16
    hu[middle] = 1000
    const image = addScannerLook(hu, SHAPE, new Float32Array(VOXELS), scanner({ kernel: 0.1 }), createRandom(1))
    expect(image[middle]).toBe(512) // 1000 * 0.8^3
    for (const stride of [1, 32, 1024]) expect([image[middle - stride], image[middle + stride]]).toEqual([64, 64])
    expect(image[middle + 2]).toBe(0)
  })
})

describe('createWaves', () => {
  it('makes a smooth field of standard deviation 1 with the wavelengths asked for', () => {
    const waves = createWaves(createRandom('waves'), 7, [16, 45])
    const values = Array.from({ length: 8000 }, (_, at) =>
      sumOfWaves(waves, (at * 7919) % 997, (at * 104729) % 883, at),
    )
    expect(sd(values)).toBeCloseTo(1, 0)
    for (let wave = 0; wave < 7; wave++) {
      const wavelengthMm = (2 * Math.PI) / Math.hypot(...waves.terms.subarray(4 * wave, 4 * wave + 3))
      expect(wavelengthMm).toBeGreaterThanOrEqual(16)
      expect(wavelengthMm).toBeLessThanOrEqual(45)
    }
  })
})
