import { expect, test } from 'vitest'
import { useReviewDraft } from './review-draft.ts'

function memoryStorage(): Storage {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  }
}

const label = (caseId: string, organ: string) => ({ dataset: 'site-a', caseId, organ })

test('decisions are taken back one step at a time, a whole case in one', () => {
  const draft = useReviewDraft('first', memoryStorage())
  draft.decide([label('1', 'liver')], true)
  draft.decide([label('1', 'liver'), label('1', 'spleen')], true)
  draft.decide([label('1', 'liver')], false)
  expect(draft.toReview(true)).toEqual({ accepted: true, rejected: [label('1', 'spleen')] })
  draft.undo()
  expect(draft.isRejected(label('1', 'liver'))).toBe(true)
  draft.undo()
  expect(draft.toReview(true).rejected).toEqual([label('1', 'liver')])
  draft.undo()
  expect(draft.canUndo.value).toBe(false)
  expect(draft.rejected.value.size).toBe(0)
})

test('deciding what is decided already is no step', () => {
  const draft = useReviewDraft('first', memoryStorage())
  draft.decide([label('1', 'liver')], false)
  expect(draft.canUndo.value).toBe(false)
})

test('a closed page loses nothing, a sent review leaves nothing, and runs are kept apart', () => {
  const storage = memoryStorage()
  useReviewDraft('first', storage).decide([label('a "quoted" case', 'liver')], true)
  const again = useReviewDraft('first', storage)
  expect(again.toReview(true).rejected).toEqual([label('a "quoted" case', 'liver')])
  expect(useReviewDraft('second', storage).rejected.value.size).toBe(0)
  again.forget()
  expect(storage.length).toBe(0)
  expect(useReviewDraft('first', storage).rejected.value.size).toBe(0)
})
