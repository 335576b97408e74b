// Goes where a person without a mouse would go: by Tab, seeing where one is.
import type { Locator, Page } from 'playwright-core'

const MOST_PRESSES = 200

/** Presses Tab until the target, or something inside it, has the focus. @throws Error when it is never reached */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  // Attached, not visible: radio buttons and checkboxes are drawn by what lies around them.
  await target.waitFor({ state: 'attached' })
  for (let presses = 0; presses <= MOST_PRESSES; presses++) {
    if (await target.evaluate((element) => element.contains(document.activeElement))) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${String(target)} was not reached by ${MOST_PRESSES} presses of Tab`)
}
