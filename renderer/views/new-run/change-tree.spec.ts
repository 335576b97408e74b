import { expect, test } from 'vitest'
import { parseTyped, showTyped, withoutValue, withValue } from './change-tree.ts'

test('a change is set, replaced and taken back, its group with it', () => {
  const one = withValue({}, 'stage1.predictionDifference.weight', 0.2)
  expect(one).toEqual({ stage1: { predictionDifference: { weight: 0.2 } } })
  const two = withValue(one, 'stage1.steps', 10)
  expect(two).toEqual({ stage1: { predictionDifference: { weight: 0.2 }, steps: 10 } })
  expect(withoutValue(two, 'stage1.predictionDifference.weight')).toEqual({ stage1: { steps: 10 } })
  expect(withoutValue(one, 'stage1.predictionDifference.weight')).toEqual({})
  expect(withoutValue(one, 'stage2.steps')).toEqual(one)
})

test.each([
  ['12', 12],
  [' auto ', 'auto'],
  ['40, 56,40', [40, 56, 40]],
  ['[1, 2, 3]', [1, 2, 3]],
  ['1e-3', 0.001],
  ['', ''],
  ['4,', '4,'],
])('%o is read as %o', (text, value) => {
  expect(parseTyped(text)).toEqual(value)
})

test('values are shown as they are typed', () => {
  for (const value of [[40, 56, 40], 'auto', 12]) expect(parseTyped(showTyped(value))).toEqual(value)
})
