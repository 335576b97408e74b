import { expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { softCrossEntropy } from './soft-cross-entropy.ts'

// two voxels, two classes
const logits = tf
  .tensor2d([
    [0.5, 0.5],
    [0.2, 0.8],
  ])
  .log() as Tensor2D

it('is the mean of -sum q log p', () => {
  const taught = Float32Array.of(1, 0, 0.25, 0.75)
  const expected = (-Math.log(0.5) - 0.25 * Math.log(0.2) - 0.75 * Math.log(0.8)) / 2
  expect(softCrossEntropy(logits, taught).dataSync()[0]).toBeCloseTo(expected, 5)
})

it('is least where both agree', () => {
  const taught = Float32Array.of(0.5, 0.5, 0.2, 0.8)
  const gradient = tf
    .grad((x) => softCrossEntropy(x as Tensor2D, taught))(logits)
    .dataSync()
  for (const value of gradient) expect(Math.abs(value)).toBeLessThan(1e-6)
})

it('has the gradient of central differences', () => {
  const taught = Float32Array.of(0.1, 0.9, 0.3, 0.7, 1, 0)
  expect(gradientError((x) => softCrossEntropy(x as Tensor2D, taught), [normalTensor('x', [3, 2])])).toBeLessThan(0.005)
})

it('leaves one tensor: the result', async () => {
  expect(await leakedTensors(() => softCrossEntropy(logits, Float32Array.of(1, 0, 0, 1)))).toBe(1)
})
