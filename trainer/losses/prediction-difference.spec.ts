import { describe, expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { predictionDifference } from './prediction-difference.ts'

// background, a, b of four voxels
const logits = tf
  .tensor2d([
    [0.5, 0.3, 0.2],
    [0.1, 0.6, 0.3],
    [0.2, 0.2, 0.6],
    [0.01, 0.98, 0.01],
  ])
  .log() as Tensor2D
const mask = (...values: number[]) => Float32Array.from(values)
const [first, second] = [mask(1, 0, 0, 0), mask(0, 1, 1, 0)]

describe('predictionDifference', () => {
  it('is mean foreground plus mean -log background inside each organ, averaged over the organs', () => {
    // organ 1: 0.5 - ln 0.5; organ 2: (0.9 + 0.8) / 2 - (ln 0.1 + ln 0.2) / 2
    const organs = [0.5 - Math.log(0.5), 0.85 - (Math.log(0.1) + Math.log(0.2)) / 2]
    expect(predictionDifference(logits, [first]).dataSync()[0]).toBeCloseTo(organs[0]!, 5)
    expect(predictionDifference(logits, [second]).dataSync()[0]).toBeCloseTo(organs[1]!, 5)
    const both = predictionDifference(logits, [first, second]).dataSync()[0]
    expect(both).toBeCloseTo((organs[0]! + organs[1]!) / 2, 5)
  })

  it('neither punishes nor rewards foreground outside the masks', () => {
    const rows = tf
      .grad((x) => predictionDifference(x as Tensor2D, [first, second]))(logits)
      .arraySync() as number[][]
    for (const value of rows[3]!) expect(Math.abs(value)).toBe(0)
    // inside, the background is to rise and every organ to fall (gradient descent goes the other way)
    for (const [background, a, b] of rows.slice(0, 3)) {
      expect(background).toBeLessThan(0)
      expect(a).toBeGreaterThan(0)
      expect(b).toBeGreaterThan(0)
    }
  })

  it('weighs a small organ like a large one', () => {
    const rows = tf
      .grad((x) => predictionDifference(x as Tensor2D, [first, second]))(tf.zeros([4, 3]) as Tensor2D)
      .arraySync() as number[][]
    expect(rows[0]![0]).toBeCloseTo(2 * rows[1]![0]!, 6)
  })

  it('has the gradient of central differences', () => {
    const x = normalTensor('x', [4, 3])
    expect(gradientError((y) => predictionDifference(y as Tensor2D, [first, second]), [x])).toBeLessThan(0.005)
  })

  it('in another reading is the mean foreground alone', () => {
    const value = predictionDifference(logits, [first, second], 'foreground').dataSync()[0]
    expect(value).toBeCloseTo((0.5 + 0.85) / 2, 5)
  })

  it('in a third reading is the overlap, which rewards foreground outside', () => {
    // foreground 0.5 + 0.9 + 0.8 + 0.99; organ 1 has one voxel, organ 2 two
    const total = 0.5 + 0.9 + 0.8 + 0.99
    const expected = ((2 * 0.5) / (total + 1) + (2 * 1.7) / (total + 2)) / 2
    expect(predictionDifference(logits, [first, second], 'overlap').dataSync()[0]).toBeCloseTo(expected, 5)
    const rows = tf
      .grad((x) => predictionDifference(x as Tensor2D, [first], 'overlap'))(logits)
      .arraySync() as number[][]
    expect(rows[3]![0]).toBeGreaterThan(0)
  })

  it.each(['foreground', 'overlap'] as const)('%s has the gradient of central differences', (reading) => {
    const x = normalTensor('x', [4, 3])
    expect(gradientError((y) => predictionDifference(y as Tensor2D, [first, second], reading), [x])).toBeLessThan(0.005)
  })

  it('is zero without foreign organs', () => {
    expect(predictionDifference(logits, []).dataSync()[0]).toBe(0)
  })

  it('leaves one tensor: the result', async () => {
    expect(await leakedTensors(() => predictionDifference(logits, [first]))).toBe(1)
  })
})
