// Pictures of screens for people to look at: tests/e2e/screenshots/, which git ignores.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Theme } from './app.ts'

const folder = join(import.meta.dirname, '../screenshots')

/** NAME-THEME-WIDTH.png of what the page shows now. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const theme = await page.evaluate(() => (document.documentElement.classList.contains('light') ? 'light' : 'dark'))
  await page.screenshot({ path: join(folder, `${name}-${theme}-${page.viewportSize()?.width}.png`) })
}

/** By the button that people use. */
export async function setTheme(page: Page, theme: Theme): Promise<void> {
  const button = page.getByRole('button', { name: new RegExp(`^${theme} theme$`, 'i') })
  if (await button.isVisible()) await button.click()
}
