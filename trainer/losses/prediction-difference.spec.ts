import { describe, expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { viewPatch } from './patch-view.ts'
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
// of a union of six: organ 3 in the first voxel, organ 4 in the next two, background in the last
const codes = Int32Array.of(0, 1, 1, 2)
const sets = [[3], [4], [0, 5]]
const lossOf = (x: Tensor2D, organs: number[], reading: 'inside' | 'foreground' | 'overlap' = 'inside') =>
  predictionDifference(x, viewPatch(x, codes), sets, organs, reading)!

describe('predictionDifference', () => {
  it('is mean foreground plus mean -log background inside each organ, averaged over the organs', () => {
    // organ 3: 0.5 - ln 0.5; organ 4: (0.9 + 0.8) / 2 - (ln 0.1 + ln 0.2) / 2
    const organs = [0.5 - Math.log(0.5), 0.85 - (Math.log(0.1) + Math.log(0.2)) / 2]
    expect(lossOf(logits, [3]).dataSync()[0]).toBeCloseTo(organs[0]!, 5)
    expect(lossOf(logits, [4]).dataSync()[0]).toBeCloseTo(organs[1]!, 5)
    expect(lossOf(logits, [3, 4]).dataSync()[0]).toBeCloseTo((organs[0]! + organs[1]!) / 2, 5)
  })

  it('neither punishes nor rewards foreground outside the organs', () => {
    const rows = tf
      .grad((x) => lossOf(x as Tensor2D, [3, 4]))(logits)
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
      .grad((x) => lossOf(x as Tensor2D, [3, 4]))(tf.zeros([4, 3]))
      .arraySync() as number[][]
    expect(rows[0]![0]).toBeCloseTo(2 * rows[1]![0]!, 6)
  })

  it('has the gradient of central differences', () => {
    const x = normalTensor('x', [4, 3])
    expect(gradientError((y) => lossOf(y as Tensor2D, [3, 4]), [x])).toBeLessThan(0.005)
  })

  it('in another reading is the mean foreground alone', () => {
    expect(lossOf(logits, [3, 4], 'foreground').dataSync()[0]).toBeCloseTo((0.5 + 0.85) / 2, 5)
  })

  it('in a third reading is the overlap, which rewards foreground outside', () => {
    // foreground 0.5 + 0.9 + 0.8 + 0.99; organ 3 has one voxel, organ 4 two
    const total = 0.5 + 0.9 + 0.8 + 0.99
    const expected = ((2 * 0.5) / (total + 1) + (2 * 1.7) / (total + 2)) / 2
    expect(lossOf(logits, [3, 4], 'overlap').dataSync()[0]).toBeCloseTo(expected, 5)
    const rows = tf
      .grad((x) => lossOf(x as Tensor2D, [3], 'overlap'))(logits)
      .arraySync() as number[][]
    expect(rows[3]![0]).toBeGreaterThan(0)
  })

  it.each(['foreground', 'overlap'] as const)('%s has the gradient of central differences', (reading) => {
    const x = normalTensor('x', [4, 3])
    expect(gradientError((y) => lossOf(y as Tensor2D, [3, 4], reading), [x])).toBeLessThan(0.005)
  })

  it('says nothing without a foreign organ for certain', () => {
    expect(lossOf(logits, [])).toBeNull()
    expect(lossOf(logits, [5])).toBeNull()
  })

  it('leaves one tensor: the result', async () => {
    expect(await leakedTensors(() => tf.tidy(() => lossOf(logits, [3])))).toBe(1)
  })
})
