import { expect, test } from 'vitest'
import { StudyRowSchema } from '../../../contract/study.ts'
import { ablationRows, addRow, parseSeeds, rowsOf } from './draft-rows.ts'

test('names of rows differ, and can be names of runs', () => {
  const rows = addRow(addRow(rowsOf(['mutual+']), 'mutual+'), 'mutual+')
  expect(rows.map(({ name }) => name)).toEqual(['mutual-plus', 'mutual-plus-2', 'mutual-plus-3'])
})

test('an ablation begins with the full method and switches a term off at a time', () => {
  const rows = ablationRows('mutual')
  expect(rows[0]).toEqual({ name: 'full', method: 'mutual', set: '', seeds: '' })
  expect(rows.map(({ set }) => set.split(' ').filter(Boolean).length)).toEqual([0, 4, 1, 1, 1, 1])
  for (const { name, method, set } of rows) {
    expect(StudyRowSchema.safeParse({ name, method, set: set.split(' ').filter(Boolean) }).success, name).toBe(true)
  }
})

test.each([
  ['1, 2,3', [1, 2, 3]],
  ['7', [7]],
  ['1 1 2', [1, 2]],
  ['', null],
  ['1, x', null],
  ['1.5', null],
  ['-1', null],
])('seeds %s are %j', (text, seeds) => expect(parseSeeds(text)).toEqual(seeds))
