// Tables of three classes (0 background, a, b), worked out by hand from these probabilities:
//           background   a    b
//   voxel 0     0.5     0.3  0.2
//   voxel 1     0.1     0.6  0.3
//   voxel 2     0.2     0.2  0.6
//   voxel 3     0.4     0.3  0.3
import { describe, expect, it } from 'vitest'
import type { ClassSet } from '../labels/label-sets.ts'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { labelSetLoss } from './leaf-dice.ts'

const PROBABILITIES = [
  [0.5, 0.3, 0.2],
  [0.1, 0.6, 0.3],
  [0.2, 0.2, 0.6],
  [0.4, 0.3, 0.3],
]
const logits = tf.tensor2d(PROBABILITIES).log() as Tensor2D
const lossOf = (x: Tensor2D, codes: number[], sets: ClassSet[]) =>
  labelSetLoss(x, { codes: Int32Array.from(codes), sets })
const ln = Math.log

describe('labelSetLoss', () => {
  it.each([
    {
      what: 'fully labelled: the mean over background, a and b',
      codes: [0, 1, 2, 0],
      sets: [[0], [1], [2]],
      // the set of background is twice as common: its voxels weigh 1 / sqrt(2)
      entropy: -((ln(0.5) + ln(0.4)) / Math.SQRT2 + ln(0.6) + ln(0.6)) / (2 / Math.SQRT2 + 2),
      // sums of squares: background 0.25 + 0.01 + 0.04 + 0.16, a 0.09 + 0.36 + 0.04 + 0.09, b 0.04 + 0.09 + 0.36 + 0.09
      dice: [1.8 / 2.46, 1.2 / 1.58, 1.2 / 1.58],
    },
    {
      what: 'b is unlabelled: background is open, a alone has a Dice, over all voxels',
      codes: [0, 1, 0, 1],
      sets: [[0, 2], [1]],
      entropy: -(ln(0.7) + ln(0.6) + ln(0.8) + ln(0.3)) / 4,
      dice: [(2 * 0.9) / (0.58 + 2)],
    },
    {
      what: 'a merged label has no Dice, and its voxels count against each of its organs',
      codes: [0, 1, 2, 2],
      sets: [[0], [1], [1, 2]],
      entropy: -(ln(0.5) + ln(0.6) + (ln(0.8) + ln(0.6)) / Math.SQRT2) / (2 + 2 / Math.SQRT2),
      dice: [(2 * 0.5) / (0.46 + 1), (2 * 0.6) / (0.58 + 1)],
    },
    {
      what: 'a voxel outside the scan counts nowhere',
      codes: [2, 1, 1, 2],
      sets: [[0], [1], [0, 1, 2]],
      entropy: -(ln(0.6) + ln(0.2)) / 2,
      dice: [(2 * 0.8) / (0.36 + 0.04 + 2)],
    },
    {
      what: 'without a leaf there is cross-entropy alone',
      codes: [0, 0, 1, 1],
      sets: [
        [0, 2],
        [1, 2],
      ],
      entropy: -(ln(0.7) + ln(0.4) + ln(0.8) + ln(0.6)) / 4,
      dice: [],
    },
  ])('$what', ({ codes, sets, entropy, dice }) => {
    const overlapLoss = dice.length === 0 ? 0 : 1 - dice.reduce((sum, d) => sum + d, 0) / dice.length
    expect(lossOf(logits, codes, sets).dataSync()[0]).toBeCloseTo(entropy + overlapLoss, 4)
  })

  it('does not punish an organ that nobody labelled in the patch, more than cross-entropy does', () => {
    // b may be anywhere in the open background: pushing it up there costs nothing
    const open = tf
      .grad((x) => lossOf(x as Tensor2D, [0, 0, 1, 1], [[0, 2], [1]]))(logits)
      .arraySync() as number[][]
    expect(open[0]![2]! / open[0]![0]!).toBeCloseTo(0.2 / 0.5, 1)
  })

  it.each([
    { codes: [0, 1, 2, 0, 1, 2], sets: [[0], [1], [2]] },
    { codes: [0, 1, 2, 1, 1, 0], sets: [[0, 2], [1], [1, 2]] },
    { codes: [0, 0, 2, 1, 1, 2], sets: [[0], [1, 2], [0, 1, 2]] },
  ])('has the gradient of central differences: %j', ({ codes, sets }) => {
    const x = normalTensor('leaf-gradient', [6, 3])
    expect(gradientError((y) => lossOf(y as Tensor2D, codes, sets), [x])).toBeLessThan(0.005)
  })

  it('leaves one tensor: the result', async () => {
    expect(await leakedTensors(() => lossOf(logits, [0, 1, 2, 0], [[0], [1], [2]]))).toBe(1)
  })
})
