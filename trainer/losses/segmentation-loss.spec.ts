// Tables of three classes (0 background, a, b), worked out by hand from these probabilities; every code is met
// equally often in a table, so that all voxels weigh the same:
//           background   a    b
//   voxel 0     0.5     0.3  0.2
//   voxel 1     0.1     0.6  0.3
//   voxel 2     0.2     0.2  0.6
//   voxel 3     0.4     0.3  0.3
import { describe, expect, it } from 'vitest'
import type { ClassSet } from '../labels/label-sets.ts'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { segmentationLoss } from './segmentation-loss.ts'
import { buildTargetTables, setsOf } from './targets.ts'

const PROBABILITIES = [
  [0.5, 0.3, 0.2],
  [0.1, 0.6, 0.3],
  [0.2, 0.2, 0.6],
  [0.4, 0.3, 0.3],
]
const logitsOf = (voxels: number) => tf.tensor2d(PROBABILITIES.slice(0, voxels)).log() as Tensor2D
const logits = logitsOf(3)
const target = (codes: number[], sets: ClassSet[]) => ({ codes: Int32Array.from(codes), sets })
const lossOf = (x: Tensor2D, codes: number[], sets: ClassSet[], balance?: number) =>
  segmentationLoss(x, target(codes, sets), balance === undefined ? {} : { balance })
const ln = Math.log

describe('segmentationLoss', () => {
  it.each([
    // three voxels of background and one of a: each of them weighs 3^-balance
    { balance: 0, background: 1 },
    { balance: 0.5, background: 1 / Math.sqrt(3) },
    { balance: 1, background: 1 / 3 },
  ])('balance $balance: a voxel of background weighs $background', ({ balance, background }) => {
    const value = lossOf(logitsOf(4), [0, 1, 0, 0], [[0], [1]], balance).dataSync()[0]!
    const entropy = -((ln(0.5) + ln(0.2) + ln(0.4)) * background + ln(0.6)) / (3 * background + 1)
    // overlap 0.6, volume 0.3 + 0.6 + 0.2 + 0.3 + 1; smoothed by 1
    expect(value).toBeCloseTo(entropy + 1 - (2 * 0.6 + 1) / (2.4 + 1), 5)
  })

  it.each([
    {
      what: 'fully labelled',
      codes: [0, 1, 2],
      sets: [[0], [1], [2]],
      entropy: -(ln(0.5) + ln(0.6) + ln(0.6)) / 3,
      // a: overlap 0.6, volume 0.3 + 0.6 + 0.2 + 1; b: overlap 0.6, volume 0.2 + 0.3 + 0.6 + 1; smoothed by 1
      dice: [2.2 / 3.1, 2.2 / 3.1],
    },
    {
      what: 'a label that merges a and b has the sum of their probabilities',
      codes: [0, 1, 1, 0],
      sets: [[0], [1, 2]],
      entropy: -(ln(0.5) + ln(0.9) + ln(0.8) + ln(0.4)) / 4,
      // overlap 0.9 + 0.8, volume 0.5 + 0.9 + 0.8 + 0.6 + 2
      dice: [(2 * 1.7 + 1) / (4.8 + 1)],
    },
    {
      what: 'b is unlabelled: background is background or b',
      codes: [0, 1, 0, 1],
      sets: [[0, 2], [1]],
      entropy: -(ln(0.7) + ln(0.6) + ln(0.8) + ln(0.3)) / 4,
      // overlap 0.6 + 0.3, volume 0.3 + 0.6 + 0.2 + 0.3 + 2
      dice: [(2 * 0.9 + 1) / (3.4 + 1)],
    },
    {
      what: 'an ignored voxel counts nowhere',
      codes: [0, 1, 2],
      sets: [[0], [1], [0, 1, 2]],
      entropy: -(ln(0.5) + ln(0.6)) / 2,
      // overlap 0.6, volume over voxels 0 and 1: 0.3 + 0.6 + 1
      dice: [2.2 / 2.9],
    },
    {
      what: 'an organ that is absent from the patch has no Dice',
      codes: [0, 0, 0],
      sets: [[0], [1], [2]],
      entropy: -(ln(0.5) + ln(0.1) + ln(0.2)) / 3,
      dice: [],
    },
    {
      what: 'a voxel that may be a or b cannot be judged for a',
      codes: [0, 1, 2],
      sets: [[0], [1], [1, 2]],
      entropy: -(ln(0.5) + ln(0.6) + ln(0.8)) / 3,
      // a: voxels 0 and 1; a or b: overlap 0.9 + 0.8, volume 0.5 + 0.9 + 0.8 + 2
      dice: [2.2 / 2.9, 4.4 / 5.2],
    },
  ])('$what', ({ codes, sets, entropy, dice }) => {
    const overlapLoss = dice.length === 0 ? 0 : 1 - dice.reduce((sum, d) => sum + d, 0) / dice.length
    expect(lossOf(logitsOf(codes.length), codes, sets).dataSync()[0]).toBeCloseTo(entropy + overlapLoss, 5)
  })

  it('weighs each set by the square root of its voxels: four of background like two, one of a like one', () => {
    const rows = [0, 2, 3, 0, 1].map((voxel) => PROBABILITIES[voxel]!)
    const background = -(ln(0.5) + ln(0.2) + ln(0.4) + ln(0.5))
    const entropy = (background / 2 - ln(0.6)) / (4 / 2 + 1)
    // overlap 0.6, volume 0.3 + 0.2 + 0.3 + 0.3 + 0.6 + 1
    const dice = (2 * 0.6 + 1) / (2.7 + 1)
    const x = tf.tensor2d(rows).log() as Tensor2D
    expect(lossOf(x, [0, 0, 0, 0, 1], [[0], [1]]).dataSync()[0]).toBeCloseTo(entropy + 1 - dice, 5)
    // the same set under two codes is one set
    expect(lossOf(x, [0, 2, 0, 2, 1], [[0], [1], [0]]).dataSync()[0]).toBeCloseTo(entropy + 1 - dice, 5)
  })

  it('is zero where nothing is known', () => {
    expect(lossOf(logits, [0, 0, 0], [[0, 1, 2]]).dataSync()[0]).toBe(0)
  })

  it('equals ordinary softmax Dice and cross-entropy when everything is labelled', () => {
    const truth = [0, 1, 2, 3, 3, 1, 0, 2]
    const x = normalTensor<Tensor2D>('full', [8, 4], 2)
    const oneHot = tf.oneHot(tf.tensor1d(truth, 'int32'), 4)
    const p = x.softmax()
    const organs = (t: typeof p) => t.slice([0, 1], [-1, 3])
    const numerator = organs(p.mul(oneHot) as typeof p)
      .sum(0)
      .mul(2)
      .add(1)
    const denominator = organs(p.add(oneHot) as typeof p)
      .sum(0)
      .add(1)
    const dice = tf.scalar(1).sub(numerator.div(denominator).mean())
    const entropy = tf.losses.softmaxCrossEntropy(oneHot, x)
    const expected = dice.add(entropy).dataSync()[0]!
    expect(lossOf(x, truth, [[0], [1], [2], [3]]).dataSync()[0]).toBeCloseTo(expected, 5)
  })

  it('gives ignored voxels a gradient of exactly zero, and the others one', () => {
    const gradient = tf.grad((x) => lossOf(x as Tensor2D, [0, 1, 2], [[0], [1], [0, 1, 2]]))(logits)
    const rows = gradient.arraySync() as number[][]
    expect(rows[2]).toEqual([0, 0, 0])
    for (const row of rows.slice(0, 2)) expect(row.every((value) => value !== 0)).toBe(true)
  })

  it('does not care how a merged label is shared out between its organs', () => {
    const swapped = tf.tensor2d([
      [0.5, 0.2, 0.3],
      [0.1, 0.05, 0.85],
      [0.2, 0.7, 0.1],
    ])
    const merged = (x: Tensor2D) => lossOf(x, [0, 1, 1], [[0], [1, 2]]).dataSync()[0]!
    expect(merged(swapped.log() as Tensor2D)).toBeCloseTo(merged(logits), 5)
  })

  it.each([
    { codes: [0, 1, 2, 0, 1, 2], sets: [[0], [1], [2]] },
    { codes: [0, 1, 2, 1, 1, 0], sets: [[0, 2], [1], [1, 2]] },
    { codes: [0, 0, 2, 1, 1, 2], sets: [[0], [1, 2], [0, 1, 2]] },
  ])('has the gradient of central differences: %j', ({ codes, sets }) => {
    const x = normalTensor('gradient', [6, 3])
    expect(gradientError((y) => lossOf(y as Tensor2D, codes, sets), [x])).toBeLessThan(0.005)
  })

  it('stays finite where a probability is almost zero', () => {
    const sure = tf.tensor2d([[80, -80, -80]])
    const [value, gradient] = [
      lossOf(sure, [0], [[1]]),
      tf
        .grad((x) => lossOf(x as Tensor2D, [0], [[1]]))(sure)
        .dataSync(),
    ]
    expect(value.dataSync()[0]).toBeGreaterThan(60)
    // down with what it was sure of, up with what is true
    expect([...gradient]).toEqual([1, -1, 0])
  })

  it('leaves one tensor: the result', async () => {
    expect(await leakedTensors(() => lossOf(logits, [0, 1, 2], [[0], [1], [2]]))).toBe(1)
  })
})

describe('buildTargetTables', () => {
  it('turns sets into tables', () => {
    const tables = buildTargetTables([[0, 2], [1], [0, 1, 2]], 3)
    expect(tables.allowed).toEqual([
      [1, 0, 1],
      [0, 1, 0],
      [1, 1, 1],
    ])
    expect(tables.informative).toEqual([1, 1, 0])
    expect(tables.present).toEqual([[1]])
    expect(tables.members).toEqual([[0], [1], [0]])
    expect(tables.inside).toEqual([[0], [1], [0]])
    expect(tables.judged).toEqual([[1], [1], [0]])
  })

  it('refuses a code without a set', () => {
    expect(() => setsOf([0, 2], [[0], [1]])).toThrow('code 2 lies outside the 2 class sets')
    expect(() => lossOf(logitsOf(2), [0, 5], [[0], [1]])).toThrow('outside the 2 class sets')
  })
})
