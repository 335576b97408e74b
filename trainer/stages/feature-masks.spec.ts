import { expect, it } from 'vitest'
import { viewPatch } from '../losses/patch-view.ts'
import { tf } from '../tensor/tensorflow.ts'
import { featureMasks, poolBelief } from './feature-masks.ts'

// A patch of 2 x 1 x 4 voxels on a grid of 1 x 1 x 2: each cell holds four. Voxels by cell:
// background, class 1, class 1 or 2, background | class 1, background or 2 twice, outside the scan
const patch = { codes: Int32Array.of(0, 1, 1, 3, 2, 0, 3, 4), sets: [[0], [1], [1, 2], [0, 2], [0, 1, 2]] }
const [SHAPE, GRID] = [[2, 1, 4] as [number, number, number], [1, 1, 2] as [number, number, number]]

it('without belief: known voxels alone, and organs without any are left out', () => {
  const { background, organs } = featureMasks(patch, SHAPE, GRID, [1, 2], null)
  expect(organs).toEqual([{ unionClass: 1, weights: Float32Array.of(1, 1) }])
  // whatever may be background, but not what lies outside the scan
  expect([...background]).toEqual([2, 2])
})

it('adds what the model believes', () => {
  const belief = { weights: Float32Array.of(9, 0, 1.5, 9, 0.25, 0), classCount: 3 }
  const { organs } = featureMasks(patch, SHAPE, GRID, [1, 2], belief)
  expect(organs).toEqual([
    { unionClass: 1, weights: Float32Array.of(1, 1.25) },
    { unionClass: 2, weights: Float32Array.of(1.5, 0) },
  ])
})

it('asks only for the classes that it is told', () => {
  expect(featureMasks(patch, SHAPE, GRID, [2], null).organs).toEqual([])
})

it('believes a probability from 0.5 on where the label leaves it open, never against the label', () => {
  const rows = [
    [0, 0, 1], // background for certain
    [0, 0.1, 0.9], // class 1 for certain
    [0, 0.1, 0.9], // class 1 for certain
    [0.3, 0.1, 0.6], // background or 2
    [0.1, 0.7, 0.2], // class 1 or 2
    [0, 1, 0], // background for certain
    [0.1, 0.45, 0.45], // background or 2: too little
    [0.2, 0.2, 0.6], // outside the scan
  ]
  const logits = tf.tensor2d(rows).add(1e-9).log()
  const belief = tf.tidy(() => poolBelief(viewPatch(logits, patch.codes), patch.sets, SHAPE, GRID))
  // cell 0 holds voxels 0, 1, 4 and 5; cell 1 voxels 2, 3, 6 and 7
  const expected = [0, 0.7, 0, 0, 0, 0.6 + 0.6]
  belief.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5))
})
