import { expect, test } from 'vitest'
import { isCurrent } from './is-current.ts'

const ended = '2026-11-27T10:00:00.000Z'
const run = { updatedAt: ended }
const [before, after] = ['2026-11-27T09:00:00.000Z', '2026-11-27T11:00:00.000Z']

test('a report is of the run as it is, whatever the clock of the machine that scored it says', () => {
  for (const createdAt of [before, ended, after]) expect(isCurrent({ createdAt, runUpdatedAt: ended }, run)).toBe(true)
})

test('it is not once the run went on, whatever the clock of the machine where it went on says', () => {
  for (const updatedAt of [before, after])
    expect(isCurrent({ createdAt: after, runUpdatedAt: ended }, { updatedAt })).toBe(false)
})

test('an older report, which does not say, is compared by its time', () => {
  expect(isCurrent({ createdAt: after }, run)).toBe(true)
  expect(isCurrent({ createdAt: before }, run)).toBe(false)
})
