// Lets the browser draw what has just changed before more work is begun.

/** A page in the background is not drawn: nobody waits longer than this. */
const LONGEST_MS = 250

/** Settles when the screen shows what was changed before the call. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LONGEST_MS)
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
  })
}
