// Waits until a screen has what it asked for and has drawn it.
import type { Page } from 'playwright-core'

const QUIET_MS = 150

/** No skeleton is shown, no request but the event stream is open for a moment, pictures are there, and two frames were drawn since. */
export async function settled(page: Page): Promise<void> {
  const open = new Set<unknown>()
  const opened = (request: { url: () => string }): void => void (isAnswered(request.url()) && open.add(request))
  const closed = (request: unknown): void => void open.delete(request)
  page.on('request', opened).on('requestfinished', closed).on('requestfailed', closed)
  try {
    await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' })
    do await page.waitForTimeout(QUIET_MS)
    while (open.size > 0 || (await page.locator('[aria-label="Loading"]').count()) > 0)
    await page.waitForFunction(() =>
      [...document.images].every(({ complete, loading }) => complete || loading === 'lazy'),
    )
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
    )
  } finally {
    page.off('request', opened).off('requestfinished', closed).off('requestfailed', closed)
  }
}

/** The stream of events stays open for as long as the page does. */
const isAnswered = (url: string): boolean => !url.endsWith('/api/events')
