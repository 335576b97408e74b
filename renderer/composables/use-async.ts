// Fetches something for a view: loading and error as state, an answer that came too late is dropped.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface AsyncValue<T> {
  readonly value: ShallowRef<T | null>
  readonly loading: Ref<boolean>
  readonly error: ShallowRef<unknown>
  /** Fetches again; what is shown stays until the answer comes. */
  readonly reload: () => Promise<void>
}

/** @param load is given a signal that fires when its answer is no longer wanted */
export function useAsync<T>(load: (signal: AbortSignal) => Promise<T>): AsyncValue<T> {
  const value = shallowRef<T | null>(null)
  const loading = ref(true)
  const error = shallowRef<unknown>(null)
  let controller = new AbortController()

  async function reload(): Promise<void> {
    controller.abort()
    const own = (controller = new AbortController())
    loading.value = value.value === null
    try {
      const answer = await load(own.signal)
      if (own.signal.aborted) return
      value.value = answer
      error.value = null
    } catch (thrown) {
      if (own.signal.aborted) return
      error.value = thrown
    }
    loading.value = false
  }

  onScopeDispose(() => controller.abort())
  void reload()
  return { value, loading, error, reload }
}
