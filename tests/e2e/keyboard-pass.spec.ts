// A whole pass without a mouse: from an empty workspace over a folder, its mapping and registration, a case in the viewer,
// a training that is watched to its end, its results, to segmentations on the disk. Nothing here clicks.
import { globSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { generatePhantomStudy } from '../../electron/services/demo/phantom/generate-phantom-study.ts'
import { tinySettings } from '../helpers/tiny-study.ts'
import { browserPath, needsBrowser, useApp, type OpenedPage } from './harness/app.ts'
import { tabTo } from './harness/keyboard.ts'

const SITES = ['site-a', 'site-b', 'test-complete']

describe.skipIf(!browserPath)(`a pass by keyboard alone${needsBrowser}`, () => {
  const app = useApp()
  let page: OpenedPage

  test('from an empty workspace to files on the disk', async () => {
    const folder = join(app.home, '../study')
    await generatePhantomStudy(folder, { seed: 7, trainingCases: 3, testCases: 1, resolution: 0.3 })
    const strange = globSync('site-b/*/segmentations/pancreas.nii.gz', { cwd: folder })
    expect(strange).toHaveLength(3)
    for (const path of strange) renameSync(join(folder, path), join(folder, path.replace('pancreas', 'gland7')))

    page = await app.openPage()
    for (const name of SITES) await register(name)
    expect(app.services.listDatasets().map(({ name, role }) => [name, role])).toEqual([
      ['site-a', 'train'],
      ['site-b', 'train'],
      ['test-complete', 'test'],
    ])
    const mapped = app.services.getDataset('site-b').labels.find(({ key }) => key === 'gland7')
    expect(mapped).toMatchObject({ organs: ['pancreas'], mapped: 'user' })

    await lookAtACase()
    await train()
    await evaluate()
    const out = await writeSegmentations()
    expect(readdirSync(out).filter((name) => name.endsWith('.nii.gz'))).toEqual(['test-complete_PHT_001.nii.gz'])
  }, 180_000)

  async function register(name: string): Promise<void> {
    await press(button('Add a folder').first())
    const browser = page.getByRole('dialog', { name: 'Add a dataset' })
    await browser.locator('[role=listbox]:focus').waitFor()
    if (name === SITES[0]) await openFolders(browser, ['study', name])
    else {
      // It begins where one was last: up, and into the neighbour.
      await page.keyboard.press('Backspace')
      await browser.getByTitle(/study$/).waitFor()
      await openFolders(browser, [name])
    }
    await page.keyboard.press('Control+Enter')
    const dialog = page.getByRole('dialog', { name: `Add ${name}` })
    await dialog.getByRole('button', { name: 'Register' }).waitFor()
    const strange = dialog.getByRole('combobox', { name: 'Organs of label gland7' })
    if ((await strange.count()) > 0) {
      await tab(strange)
      await page.keyboard.press('Backspace')
      await page.keyboard.type('Pancreas')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Escape')
    }
    if (name === 'test-complete') {
      await press(dialog.getByRole('combobox', { name: 'Role' }))
      await page.getByRole('option', { name: /^Test/ }).waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
    }
    await press(dialog.getByRole('button', { name: 'Register' }))
    await dialog.waitFor({ state: 'hidden' })
    await button(new RegExp(`^${name}`)).waitFor()
  }

  async function lookAtACase(): Promise<void> {
    await press(button(/^site-a/))
    await press(page.getByRole('link', { name: 'Open case PHA_002' }))
    const axial = page.getByRole('img', { name: /^Axial/ })
    await axial.waitFor()
    const before = await axial.getAttribute('aria-label')
    await tab(page.locator('[data-plane=axial]'))
    await page.keyboard.press('ArrowUp')
    await page.waitForFunction(
      (label) => document.querySelector('[data-plane=axial]')?.getAttribute('aria-label') !== label,
      before,
    )
  }

  async function train(): Promise<void> {
    await navigate('New run')
    for (const setting of [...tinySettings, 'shared.steps=4', 'shared.validateEvery=2']) {
      const [key, value] = setting.split('=')
      await type(page.getByRole('textbox', { name: key, exact: true }), value)
    }
    await type(page.getByLabel('Name', { exact: true }), 'by-keyboard')
    await press(button('Start training'))
    await page.getByRole('heading', { level: 1, name: 'by-keyboard' }).waitFor()
    await page.locator('header').getByText('Finished').waitFor()
  }

  async function evaluate(): Promise<void> {
    await press(button('Results'))
    await press(button('Evaluate a run'))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Evaluate' }))
    await page.getByRole('row', { name: /Liver/ }).first().waitFor()
  }

  async function writeSegmentations(): Promise<string> {
    await navigate('Export')
    await tab(page.getByRole('radiogroup', { name: 'What to segment' }))
    await page.keyboard.press('ArrowRight')
    await press(page.getByRole('checkbox', { name: 'All cases of test-complete' }), 'Space')
    await press(button('Choose the output folder'))
    const browser = page.getByRole('dialog', { name: 'Output folder' })
    await openFolders(browser, [])
    await press(browser.getByRole('button', { name: 'New folder' }))
    await type(browser.getByLabel('Name of the new folder'), 'out')
    await page.keyboard.press('Enter')
    const path = browser.getByTitle(/out$/)
    await path.waitFor()
    const chosen = (await path.getAttribute('title')) ?? ''
    await page.keyboard.press('Control+Enter')
    await press(button('Write'))
    await page.getByRole('heading', { name: 'Segmentations written: 1' }).waitFor()
    return chosen
  }

  /** In the folder browser: letters find a name, Enter opens it. */
  async function openFolders(browser: Locator, names: readonly string[]): Promise<void> {
    await browser.locator('[role=listbox]:focus').waitFor()
    for (const name of names) {
      await browser.getByRole('option', { name }).waitFor()
      await page.keyboard.type(name)
      await page.keyboard.press('Enter')
      await browser.getByTitle(new RegExp(`${name}$`)).waitFor()
    }
  }

  const button = (name: string | RegExp) =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
  const tab = (target: Locator): Promise<void> => tabTo(page, target)

  async function press(target: Locator, key = 'Enter'): Promise<void> {
    await tab(target)
    await page.keyboard.press(key)
  }

  async function type(target: Locator, text: string): Promise<void> {
    await tab(target)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  }

  async function navigate(name: string): Promise<void> {
    await press(page.getByRole('navigation').getByRole('link', { name }))
    await page.locator('.router-link-active', { hasText: name }).waitFor()
    await page.getByRole('heading', { level: 1, name }).waitFor()
  }
})
