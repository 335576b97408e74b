import { expect, it } from 'vitest'
import { partsToKeep, type PostProcessing } from '../../contract/post-processing.ts'
import { chooseKeep } from './post-processing.ts'

it.each([
  { what: 'the best candidate', before: 0.8, after: [0.82, 0.81], keep: 1, dice: 0.82 },
  { what: 'the milder one where it is better', before: 0.8, after: [0.7, 0.81], keep: 0.1, dice: 0.81 },
  { what: 'the strictest of equal ones', before: 0.8, after: [0.8, 0.8], keep: 1, dice: 0.8 },
  { what: 'everything where any removal costs', before: 0.8, after: [0.7, 0.79], keep: 0, dice: 0.8 },
])('keeps $what', ({ before, after, keep, dice }) => {
  expect(chooseKeep(before, after)).toEqual({ keep, dice })
})

it('of organs that keep everything nothing is looked at', () => {
  const organ = { organ: 'liver', cases: 2, diceBefore: 0.8, diceAfter: 0.8 }
  const chosen: PostProcessing = {
    stage: 2,
    organs: [
      { ...organ, unionClass: 1, keep: 1 },
      { ...organ, unionClass: 2, keep: 0 },
    ],
  }
  expect([...partsToKeep(chosen)]).toEqual([[1, 1]])
  expect(partsToKeep(null).size).toBe(0)
})
