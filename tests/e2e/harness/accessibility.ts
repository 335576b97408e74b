// axe-core in the page: no serious and no critical violation of WCAG 2.2 A and AA on any screen.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Waits for nothing: call it once the screen shows what it should. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await findViolations(page), 'serious violations that axe-core finds').toEqual([])
}

/** @returns one line a violating element: rule, impact, what it is, where */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, impact, help, nodes }) =>
        nodes.map(({ target, any }) => `${id} (${impact}): ${help}: ${target.join(' ')} ${any[0]?.message ?? ''}`),
      )
  }, TAGS)
}

declare global {
  interface Window {
    axe: typeof axe
  }
}
