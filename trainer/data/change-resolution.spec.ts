import { describe, expect, it } from 'vitest'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import { RunConfigSchema, type RunConfigInput } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import { blur, lowerResolution } from './change-resolution.ts'

const always = (more: RunConfigInput['augmentation'] = {}) =>
  RunConfigSchema.parse({ augmentation: { blurProbability: 1, lowResolutionProbability: 1, ...more } }).augmentation
const random = (name = 'a') => createRandom(1, 'resolution', name)
const sum = (image: Float32Array) => image.reduce((total, value) => total + value, 0)
const ISOTROPIC: Spacing = [1, 1, 1]

/** A single bright voxel in the middle. */
const point = (shape: Shape): Float32Array<ArrayBuffer> => {
  const image = new Float32Array(shape[0] * shape[1] * shape[2])
  image[((shape[0] >> 1) * shape[1] + (shape[1] >> 1)) * shape[2] + (shape[2] >> 1)] = 1
  return image
}

describe('blur', () => {
  const shape: Shape = [9, 11, 13]
  const fixed = always({ blurSigma: [0.8, 0.8] })

  it('spreads a point as a Gaussian, alike along all axes, and loses nothing', () => {
    const image = blur(point(shape), shape, random(), fixed)
    const at = (z: number, y: number, x: number) => image[((4 + z) * 11 + 5 + y) * 13 + 6 + x]!
    for (const [far, near] of [
      [at(1, 0, 0), at(0, 0, 0)],
      [at(0, -1, 0), at(0, 0, 0)],
      [at(0, 0, 1), at(0, 0, 0)],
    ]) {
      expect(far! / near!).toBeCloseTo(Math.exp(-0.5 / 0.8 ** 2), 5)
    }
    expect(at(1, 1, 0) / at(0, 0, 0)).toBeCloseTo(Math.exp(-1 / 0.8 ** 2), 5)
    expect(sum(image)).toBeCloseTo(1, 5)
  })

  it('keeps a constant image, up to its borders', () => {
    const image = blur(new Float32Array(9 * 11 * 13).fill(3), shape, random(), fixed)
    image.forEach((value) => expect(value).toBeCloseTo(3, 5))
  })

  it('does nothing where it does not happen', () => {
    const image = point(shape)
    expect(blur(image, shape, random(), always({ blurProbability: 0 }))).toBe(image)
  })
})

describe('lowerResolution', () => {
  it('of half the voxels: every second one, and linear between', () => {
    const row = Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7])
    const half = always({ lowResolution: 0.5 })
    const lowest = Array.from({ length: 200 }, (_, i) =>
      lowerResolution(row, [1, 1, 8], ISOTROPIC, random(String(i)), half),
    )
    // taken at 1, 3, 5, 7 (the nearest of the middles 1, 3, 5, 7 of the coarse voxels), held at the ends
    const expected = [1, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7]
    expect(lowest.map((image) => [...image])).toContainEqual(expected)
    for (const image of lowest) {
      expect(image[0]).toBeGreaterThanOrEqual(0)
      image.slice(1).forEach((value, i) => expect(value).toBeGreaterThanOrEqual(image[i]!))
    }
  })

  it('lowers no axis that is three times as coarse as the finest', () => {
    const shape: Shape = [8, 8, 8]
    const image = Float32Array.from({ length: 512 }, (_, v) => Math.floor(v / 64))
    const thick = lowerResolution(image, shape, [3, 1, 1], random('b'), always({ lowResolution: 0.5 }))
    expect([...thick]).toEqual([...image])
    expect([...lowerResolution(image, shape, ISOTROPIC, random('b'), always({ lowResolution: 0.5 }))]).not.toEqual([
      ...image,
    ])
  })

  it('is a function of the random stream alone', () => {
    const image = point([8, 8, 8])
    const draw = (name: string) => [...lowerResolution(image, [8, 8, 8], ISOTROPIC, random(name), always())]
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('c'))
  })
})
