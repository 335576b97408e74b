// The decisions of a review until it is sent: kept on this machine, so that a closed page loses nothing, and undone one
// by one.
import { computed, ref, watch, type Ref } from 'vue'
import type { Review } from '../../../contract/job.ts'

export interface PseudoLabelId {
  readonly dataset: string
  readonly caseId: string
  readonly organ: string
}

const keyOf = ({ dataset, caseId, organ }: PseudoLabelId): string => JSON.stringify([dataset, caseId, organ])

function idOf(key: string): PseudoLabelId | null {
  const parts: unknown = JSON.parse(key)
  if (!Array.isArray(parts)) return null
  const [dataset, caseId, organ] = parts.map(String)
  return dataset !== undefined && caseId !== undefined && organ !== undefined ? { dataset, caseId, organ } : null
}

export interface ReviewDraft {
  readonly rejected: Ref<ReadonlySet<string>>
  readonly canUndo: Ref<boolean>
  readonly isRejected: (id: PseudoLabelId) => boolean
  /** One step of undoing, however many there are. */
  readonly decide: (ids: readonly PseudoLabelId[], reject: boolean) => void
  readonly undo: () => void
  readonly toReview: (accepted: boolean) => Review
  /** After it was sent. */
  readonly forget: () => void
}

/** @param storage localStorage unless a test says otherwise */
export function useReviewDraft(run: string, storage: Storage = localStorage): ReviewDraft {
  const place = `organ-mosaic.review.${run}`
  const rejected = ref<ReadonlySet<string>>(readKept(storage.getItem(place)))
  const history = ref<ReadonlySet<string>[]>([])
  watch(rejected, (keys) => storage.setItem(place, JSON.stringify([...keys])), { flush: 'sync' })

  return {
    rejected,
    canUndo: computed(() => history.value.length > 0),
    isRejected: (id) => rejected.value.has(keyOf(id)),
    decide(ids, reject) {
      const changed = ids.map(keyOf).filter((key) => rejected.value.has(key) !== reject)
      if (changed.length === 0) return
      history.value = [...history.value, rejected.value]
      const next = new Set(rejected.value)
      for (const key of changed) if (reject) next.add(key); else next.delete(key) // prettier-ignore
      rejected.value = next
    },
    undo() {
      const before = history.value.at(-1)
      if (!before) return
      history.value = history.value.slice(0, -1)
      rejected.value = before
    },
    toReview: (accepted) => ({ accepted, rejected: [...rejected.value].flatMap((key) => idOf(key) ?? []) }),
    forget() {
      history.value = []
      rejected.value = new Set()
      storage.removeItem(place)
    },
  }
}

function readKept(text: string | null): ReadonlySet<string> {
  try {
    const keys: unknown = JSON.parse(text ?? '[]')
    return new Set(Array.isArray(keys) ? keys.map(String) : [])
  } catch {
    return new Set()
  }
}
