import { describe, expect, it } from 'vitest'
import { RunConfigSchema } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import { changeBrightness, changeIntensities } from './change-intensities.ts'

/** Every transformation happens, so that the tests see it. */
const config = RunConfigSchema.parse({ augmentation: { probability: 1, brightnessProbability: 1 } }).augmentation
const still = { ...config, gamma: 0, contrast: 0, noiseSd: 0 }
const random = (name = 'a') => createRandom(1, 'intensities', name)
const ramp = () => Float32Array.from({ length: 50 }, (_, v) => v / 10 - 2)

describe('changeIntensities', () => {
  it('does nothing when nothing may change, keeps the order without noise', () => {
    const image = ramp()
    changeIntensities(image, random(), still)
    image.forEach((value, v) => expect(value).toBeCloseTo(ramp()[v]!, 5))
    changeIntensities(image, random(), { ...config, noiseSd: 0 })
    expect(image).not.toEqual(ramp())
    image.slice(1).forEach((value, v) => expect(value).toBeGreaterThan(image[v]!))
  })

  it('gamma keeps the ends of the range', () => {
    const image = ramp()
    changeIntensities(image, random(), { ...still, gamma: 0.25 })
    expect([image[0], image[49]]).toEqual([ramp()[0], ramp()[49]])
    expect(Math.abs(image[25]! - ramp()[25]!)).toBeGreaterThan(1e-3)
  })

  it('is a function of the random stream alone, and survives a constant image', () => {
    const [first, second, other] = ['a', 'a', 'b'].map((name) => {
      const image = ramp()
      changeIntensities(image, random(name), config)
      return image
    })
    expect(first).toEqual(second)
    expect(first).not.toEqual(other)
    const constant = new Float32Array(8).fill(3)
    changeIntensities(constant, random(), config)
    expect(constant.every(Number.isFinite)).toBe(true)
  })
})

describe('changeBrightness', () => {
  it('multiplies by one factor within the limits', () => {
    const factors = Array.from({ length: 30 }, (_, i) => {
      const image = ramp()
      changeBrightness(image, random(String(i)), config)
      const factor = image[40]! / ramp()[40]!
      image.forEach((value, v) => expect(value).toBeCloseTo(ramp()[v]! * factor, 5))
      return factor
    })
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.75)
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.25)
    expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.3)
  })

  it('happens as often as its probability says', () => {
    const changed = Array.from({ length: 400 }, (_, i) => {
      const image = ramp()
      changeBrightness(image, random(String(i)), { ...config, brightnessProbability: 0.15 })
      return image[40] !== ramp()[40]
    })
    const share = changed.filter(Boolean).length / 400
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.2)
  })
})
