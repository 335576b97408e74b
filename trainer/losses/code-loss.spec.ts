import { expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { codeLoss, type CodeLoss } from './code-loss.ts'
import { viewPatch } from './patch-view.ts'

const codes = Int32Array.of(0, 1, 1, 2, 0)
const terms: CodeLoss = {
  weights: [0.5, 2, 0],
  allowed: [
    [1, 0, 1],
    [0, 1, 0],
    [1, 1, 1],
  ],
  // product of two sums, and one alone
  ofSums: (sums) => ({
    value: sums[0]![1]! * sums[1]![2]! + 3 * sums[2]![0]!,
    gradient: [
      [0, sums[1]![2]!, 0],
      [0, 0, sums[0]![1]!],
      [3, 0, 0],
    ],
  }),
}
const lossOf = (x: Tensor2D) => tf.tidy(() => codeLoss(x, viewPatch(x, codes), terms))
const logits = normalTensor<Tensor2D>('logits', [5, 3])

it('is the weighted cross-entropy with what codes allow, plus the function of the sums', () => {
  const p = logits.softmax().arraySync() as number[][]
  const entropy = [0, 4]
    .map((v) => 0.5 * Math.log(p[v]![0]! + p[v]![2]!))
    .concat([1, 2].map((v) => 2 * Math.log(p[v]![1]!)))
  const ofSums = (p[0]![1]! + p[4]![1]!) * (p[1]![2]! + p[2]![2]!) + 3 * p[3]![0]!
  expect(lossOf(logits).dataSync()[0]).toBeCloseTo(ofSums - entropy.reduce((sum, value) => sum + value, 0), 4)
})

it('has the gradient of central differences, also where another gradient comes from above', () => {
  expect(gradientError((x) => lossOf(x as Tensor2D), [logits])).toBeLessThan(0.005)
  expect(
    gradientError(
      (x) =>
        lossOf(x as Tensor2D)
          .mul(-3)
          .square(),
      [logits],
    ),
  ).toBeLessThan(0.005)
})

it('leaves one tensor: the result', async () => {
  expect(await leakedTensors(() => lossOf(logits))).toBe(1)
})
