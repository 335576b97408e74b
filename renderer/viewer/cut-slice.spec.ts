import { expect, test } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { cutSlice } from './cut-slice.ts'

const SHAPE: Shape = [3, 4, 70]
const data = Int16Array.from({ length: 3 * 4 * 70 }, (_, at) => at - 300)
const at = (k: number, j: number, i: number): number => data[(k * 4 + j) * 70 + i]

// Slices are gathered in slabs: within one, across their borders, back, and in the last one, which is smaller.
test.each([0, 1, 31, 32, 63, 64, 69, 5])('sagittal slice %i, head on top and front on the left', (slice) => {
  const expected = [2, 1, 0].flatMap((k) => [0, 1, 2, 3].map((j) => at(k, j, slice)))
  expect([...cutSlice(data, SHAPE, 'sagittal', slice)]).toEqual(expected)
})

test('volumes do not share slabs', () => {
  const other = data.map((value) => -value)
  cutSlice(data, SHAPE, 'sagittal', 40)
  expect([...cutSlice(other, SHAPE, 'sagittal', 40)].map((value) => -value)).toEqual([
    ...cutSlice(data, SHAPE, 'sagittal', 40),
  ])
})
