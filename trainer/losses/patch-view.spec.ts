import { expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { normalTensor } from '../tensor/test-tensors.ts'
import { countVoxels, sumByCode, viewPatch } from './patch-view.ts'

const codes = Int32Array.of(7, 2, 7, 7)

it('has a row for each code that occurs, however high its number', () => {
  const view = viewPatch(normalTensor('logits', [1, 1, 2, 2, 3]), codes)
  expect(view.codes).toEqual([2, 7])
  expect(view.counts).toEqual([1, 3])
  expect(view.oneHot.arraySync()).toEqual([
    [0, 1],
    [1, 0],
    [0, 1],
    [0, 1],
  ])
  expect(view.probabilities.shape).toEqual([4, 3])
  const values = tf.tensor2d([1, 10, 2, 20, 3, 30, 4, 40], [4, 2])
  expect(sumByCode(view, values)).toEqual([
    [2, 20],
    [8, 80],
  ])
})

it('is made once for an output and its codes, and again once it was disposed', () => {
  const logits = normalTensor<Tensor2D>('logits', [4, 3])
  tf.tidy(() => {
    const first = viewPatch(logits, codes)
    expect(viewPatch(logits, codes)).toBe(first)
    expect(viewPatch(logits, Int32Array.of(0, 0, 0, 0)).codes).toEqual([0])
  })
  const later = viewPatch(logits, codes)
  expect(later.probabilities.isDisposed).toBe(false)
})

it('counts voxels by code', () => {
  expect([...countVoxels(codes)]).toEqual([0, 0, 1, 0, 0, 0, 0, 3])
  expect([...countVoxels(new Int32Array(0))]).toEqual([])
})
