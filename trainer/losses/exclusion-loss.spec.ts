import { expect, it } from 'vitest'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'
import { exclusionLoss } from './exclusion-loss.ts'

// Four voxels, three organs. Organ 1 is labelled in this case; nobody looked for 2 and 3. Code 2: outside the scan.
const sets = [[0, 2, 3], [1], [0, 1, 2, 3]]
const codes = Int32Array.from([0, 1, 1, 2])
/** Logits of a network that is sure of one class a voxel. */
const sure = (classes: number[]): Tensor2D => tf.oneHot(tf.tensor1d(classes, 'int32'), 4).mul(50).toFloat() as Tensor2D
const readLoss = (loss: Scalar | null): number | null => loss && (loss.dataSync()[0] ?? null)
const lossOf = (logits: Tensor2D, target = { codes, sets }): number | null => readLoss(exclusionLoss(logits, target))

it('costs nothing where no unlabelled organ lies in a labelled one', () => {
  expect(lossOf(sure([2, 1, 1, 3]))).toBeCloseTo(0, 6)
})

it('is Dice plus cross-entropy with the excluded region, averaged over the unlabelled organs', () => {
  // Organ 2 covers one of the two excluded voxels and nothing else: Dice 2 * 1 / (1 + 2), entropy log(2) / 2.
  expect(lossOf(sure([0, 2, 1, 0]))).toBeCloseTo((2 / 3 + Math.log(2) / 2 + 0) / 2, 5)
})

it('says nothing of organs that the case labels, of voxels outside the scan, and where nothing is labelled', () => {
  expect(lossOf(sure([0, 1, 1, 1]))).toBeCloseTo(0, 6)
  expect(lossOf(sure([0, 1, 1, 2]))).toBeCloseTo(0, 6)
  expect(lossOf(sure([0, 0, 0, 0]), { codes: new Int32Array(4), sets })).toBeNull()
  expect(lossOf(sure([0, 1, 1, 0]), { codes, sets: [[0], [1], [0, 1, 2, 3]] })).toBeNull()
})

it('spares an organ that may share voxels with the labelled one', () => {
  expect(
    lossOf(sure([0, 2, 2, 0]), {
      codes,
      sets: [
        [0, 2],
        [1, 2],
        [0, 1, 2, 3],
      ],
    }),
  ).toBeNull()
})

it('pushes an unlabelled organ out of the labelled one, and leaks nothing', async () => {
  const logits = tf.tensor2d([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]) // prettier-ignore
  const gradient = tf.grad((x) => exclusionLoss(x as Tensor2D, { codes, sets })!)
  const [, second] = tf.tidy(() => gradient(logits).arraySync() as number[][])
  expect(second![2]).toBeGreaterThan(0)
  expect(second![1]).toBeLessThan(0)
  expect(await leakedTensors(() => tf.tidy(() => void gradient(logits)))).toBe(0)
})
