import { expect, test } from 'vitest'
import { differencesBySlice, worstSlice } from './worst-slice.ts'

test('differences are counted by organ, not by value, and what one layer cannot say counts for nothing', () => {
  // [2, 1, 3]; truth 1 = organ 1; the prediction calls it 4, and knows an organ 9 that the truth does not
  const truth = { data: Uint8Array.from([1, 1, 0, 1, 1, 0]), organOf: Int32Array.from([0, 1]) }
  const organOf = new Int32Array(10)
  organOf[4] = 1
  const prediction = { data: Uint8Array.from([4, 4, 9, 4, 0, 4]), organOf }
  expect([...differencesBySlice(truth, prediction, [2, 1, 3], 'axial')]).toEqual([0, 2])
  expect([...differencesBySlice(truth, prediction, [2, 1, 3], 'sagittal')]).toEqual([0, 1, 1])
  expect(worstSlice(differencesBySlice(truth, prediction, [2, 1, 3], 'axial'))).toBe(1)
  expect(worstSlice(differencesBySlice(truth, truth, [2, 1, 3], 'axial'))).toBeNull()
})
