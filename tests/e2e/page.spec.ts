// The page as a whole: who may open it, and that one gets everywhere without a mouse.
import { describe, expect, test } from 'vitest'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'

const SCREENS = ['Datasets', 'Availability', 'New run', 'Runs', 'Results', 'Export', 'Settings']

describe.skipIf(!browserPath)(`the page${needsBrowser}`, () => {
  const app = useApp()

  test('opens with the link of this launch, and keeps the key out of the address', async () => {
    const page = await app.openPage()
    await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor()
    expect(page.url()).toBe(`http://127.0.0.1:${app.host.port}/#/datasets`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor()
  })

  test('is refused without the key, and with another', async () => {
    const context = await app.browser.newContext()
    const page = await context.newPage()
    for (const address of ['/', '/api/datasets', '/?token=guess']) {
      const answer = await page.goto(`http://127.0.0.1:${app.host.port}${address}`)
      expect(answer?.status()).toBe(401)
      expect(await page.textContent('body')).toContain('Open the link that organ-mosaic printed')
    }
    await context.close()
  })

  test('every screen is reached by Tab and Enter, with the focus seen', async () => {
    const page = await app.openPage()
    await page.getByRole('heading', { level: 1 }).waitFor()
    for (const name of SCREENS) {
      const link = page.getByRole('navigation').getByRole('link', { name })
      for (let presses = 0; presses < 60 && !(await link.evaluate((it) => it === document.activeElement)); presses++) {
        await page.keyboard.press('Tab')
      }
      expect(await link.evaluate((it) => getComputedStyle(it).outlineStyle)).not.toBe('none')
      await page.keyboard.press('Enter')
      await page.locator('.router-link-active', { hasText: name }).waitFor()
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
  })

  test('the theme is changed by a button and remembered', async () => {
    const page = await app.openPage({ theme: 'dark' })
    await page.getByRole('button', { name: 'Light theme' }).click()
    await page.getByRole('button', { name: 'Dark theme' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.className)).toBe('light')
    await expectAccessible(page)
  })
})
