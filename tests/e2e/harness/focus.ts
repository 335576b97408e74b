// Walks over a screen with the Tab key as a person without a mouse does, and notes where the focus cannot be seen.
import type { Page } from 'playwright-core'

const MOST_STOPS = 150

export interface FocusWalk {
  readonly stops: number
  /** Elements that look the same with the focus as without it. */
  readonly unseen: string[]
  /** Elements that can be clicked and were not reached. */
  readonly unreached: string[]
}

export async function walkFocus(page: Page): Promise<FocusWalk> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.evaluate(rememberLooks)
  const unseen: string[] = []
  let stops = 0
  for (; stops < MOST_STOPS; stops++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(judgeStop)
    if (stop === null) break
    if (!stop.seen) unseen.push(stop.what)
  }
  return { stops, unseen, unreached: await page.evaluate(listUnreached) }
}

declare global {
  interface Window {
    focusWalk: { looks: Map<Element, string>; visited: Set<Element>; lookOf: (element: Element) => string }
  }
}

/** Runs in the page: how everything that can have the focus looks without it. */
function rememberLooks(): void {
  const lookOf = (element: Element): string => {
    // Fields show the focus on the box around them, links and cards on themselves.
    const around = [element, element.parentElement, element.parentElement?.parentElement, element.nextElementSibling]
    return around
      .flatMap((each) => (each ? [getComputedStyle(each)] : []))
      .map(({ outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor }) =>
        [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor, backgroundColor].join(';'),
      )
      .join('|')
  }
  const looks = new Map<Element, string>()
  const focusable = 'a[href], button, input, select, textarea, summary, [tabindex]'
  for (const element of document.querySelectorAll(focusable)) looks.set(element, lookOf(element))
  window.focusWalk = { looks, visited: new Set(), lookOf }
}

/** Runs in the page, after Tab. @returns null when the walk is back at its beginning */
function judgeStop(): { what: string; seen: boolean } | null {
  const element = document.activeElement
  const { looks, visited, lookOf } = window.focusWalk
  if (!element || element === document.body || visited.has(element)) return null
  visited.add(element)
  const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''
  const seen = !looks.has(element) || looks.get(element) !== lookOf(element)
  return { what: `${element.tagName.toLowerCase()} "${name}"`, seen }
}

/** Runs in the page. Of a radio group Tab reaches one, of a roving list one: arrows reach the others. */
function listUnreached(): string[] {
  const { visited } = window.focusWalk
  return [...document.querySelectorAll<HTMLElement>('a[href], button, select, summary, input')]
    .filter((element) => !visited.has(element) && element.checkVisibility() && !element.matches(':disabled'))
    .filter((element) => element.tabIndex >= 0 && element.getAttribute('type') !== 'radio')
    .map((element) => `${element.tagName.toLowerCase()} "${element.getAttribute('aria-label') ?? element.textContent}"`)
}
