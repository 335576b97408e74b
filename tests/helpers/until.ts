import { setTimeout as sleep } from 'node:timers/promises'

/** @param what is waited for, in the error of a wait that was in vain; called then, it can say how things stand */
export async function until(
  holds: () => boolean,
  what: string | (() => string),
  patienceMs = 30_000,
  everyMs = 200,
): Promise<void> {
  for (const end = performance.now() + patienceMs; !holds(); await sleep(everyMs)) {
    if (performance.now() > end) throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`)
  }
}
