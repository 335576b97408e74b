// The present time, so that ages on the screen grow.
import { onScopeDispose, ref, type Ref } from 'vue'

const EVERY_MS = 10_000

export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  return now
}
