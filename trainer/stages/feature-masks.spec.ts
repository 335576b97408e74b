import { expect, it } from 'vitest'
import { featureMasks } from './feature-masks.ts'

// voxels: background, class 1, class 1 or 2, background or 2, outside the scan
const patch = {
  image: new Float32Array(5),
  codes: Int32Array.from([0, 1, 2, 3, 4]),
  sets: [[0], [1], [1, 2], [0, 2], [0, 1, 2]],
  caseId: 'case',
}
const believes = (...rows: number[][]) => ({ probabilities: Float32Array.from(rows.flat()), classCount: 3 })

it('without belief: known voxels alone, and organs without any are left out', () => {
  const { background, organs } = featureMasks(patch, [1, 2], null)
  expect(organs).toEqual([{ unionClass: 1, weights: Float32Array.of(0, 1, 0, 0, 0) }])
  // whatever may be background, but not what lies outside the scan
  expect([...background]).toEqual([1, 0, 0, 1, 0])
})

it('with belief: probability from 0.5 on where the label leaves it open, never against the label', () => {
  const belief = believes([0, 0, 1], [0, 0, 1], [0.1, 0.3, 0.6], [0.5, 0.1, 0.4], [0.4, 0.3, 0.3])
  const { organs } = featureMasks(patch, [1, 2], belief)
  expect(organs.map(({ unionClass }) => unionClass)).toEqual([1, 2])
  expect([...organs[0]!.weights]).toEqual([0, 1, 0, 0, 0])
  // voxels 0 and 1 are known to be something else, voxel 3 is under 0.5
  expect(organs[1]!.weights[2]).toBeCloseTo(0.6, 6)
  expect(organs[1]!.weights.filter((weight) => weight > 0).length).toBe(1)
})

it('asks only for the classes that it is told', () => {
  expect(featureMasks(patch, [2], null).organs).toEqual([])
})
