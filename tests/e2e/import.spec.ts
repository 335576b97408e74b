// Folders become datasets in the window: dropped by real drag events, looked into, mapped, registered. One folder of each
// layout, and the real head-and-neck folders where they are.
import { cpSync, existsSync, globSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { generatePhantomStudy } from '../../electron/services/demo/phantom/generate-phantom-study.ts'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { dropFiles } from './harness/drop.ts'
import { takeScreenshot } from './harness/screenshots.ts'

const headNeck = join(import.meta.dirname, '../../../shared/data/headneck')
const REAL = ['site-a-brainstem-cord', 'site-b-parotids', 'site-c-mandible-larynx']

/** Waits until a dropped folder was sent and looked into. */
const inspected = (page: Page, folder: string, timeout = 60_000) =>
  page
    .getByRole('dialog', { name: `Add ${folder}` })
    .getByRole('button', { name: 'Register' })
    .waitFor({ timeout })

describe.skipIf(!browserPath)(`adding datasets${needsBrowser}`, () => {
  const app = useApp()

  test('three folders are dropped at once; an unknown label is mapped; all are registered', async () => {
    const study = await generatePhantomStudy(join(app.home, '../study'), {
      seed: 7,
      trainingCases: 3,
      testCases: 0,
      resolution: 0.3,
    })
    const masks = globSync('*/*/segmentations/pancreas.nii.gz', { cwd: join(app.home, '../study') })
    expect(masks).not.toEqual([])
    for (const path of masks) {
      const mask = join(app.home, '../study', path)
      renameSync(mask, mask.replace('pancreas', 'gland7'))
    }
    const page = await app.openPage({ path: '/runs' })
    await dropFiles(
      page,
      study.sites.map(({ folder }) => folder),
    )
    for (const { name } of study.sites) {
      await inspected(page, name)
      const dialog = page.getByRole('dialog')
      expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe(name)
      const organ = dialog.getByRole('combobox', { name: 'Organs of label gland7' })
      if ((await organ.count()) > 0) {
        await takeScreenshot(page, 'inspection')
        await expectAccessible(page)
        await organ.focus()
        await page.keyboard.press('Backspace')
        await page.keyboard.type('Pancreas')
        await page.keyboard.press('Enter')
        await page.keyboard.press('Escape')
      }
      await dialog.getByRole('button', { name: 'Register' }).click()
    }
    await page.getByRole('dialog').waitFor({ state: 'hidden' })

    expect(app.services.listDatasets().map(({ name, layout, usableCases }) => [name, layout, usableCases])).toEqual([
      ['site-a', 'nnunet', 3],
      ['site-b', 'organ-files', 3],
      ['site-c', 'paired', 3],
    ])
    const mapped = app.services.getDataset('site-b').labels.find(({ key }) => key === 'gland7')
    expect(mapped).toMatchObject({ organs: ['pancreas'], mapped: 'user' })
    await page.getByRole('link', { name: 'Datasets' }).click()
    for (const { name } of study.sites) await page.getByText(name, { exact: true }).first().waitFor()
  })

  test('labels are left out: by their name, and by taking their organ away; both can be taken back', async () => {
    const folder = join(app.home, '../plans')
    const study = await generatePhantomStudy(join(app.home, '../plans-study'), {
      seed: 11,
      trainingCases: 1,
      testCases: 0,
      resolution: 0.3,
    })
    const site = study.sites.find(({ name }) => name === 'site-b')!
    cpSync(site.folder, folder, { recursive: true })
    const [mask] = globSync('*/segmentations/pancreas.nii.gz', { cwd: folder })
    cpSync(join(folder, mask), join(folder, mask.replace('pancreas', 'PTV_60')))
    cpSync(join(folder, mask), join(folder, mask.replace('pancreas', 'gland7')))
    const page = await app.openPage({ path: '/datasets' })
    await dropFiles(page, [folder])
    await inspected(page, 'plans')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 label is left out: PTV_60.').waitFor()
    await dialog.getByText(/Left out \(target volume/).waitFor()
    await dialog.getByRole('combobox', { name: 'Organs of label gland7' }).focus()
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Escape')
    await dialog.getByText('2 labels are left out: PTV_60, gland7.').waitFor()
    expect(await dialog.getByText(/cases with it are excluded/).count()).toBe(0)
    await takeScreenshot(page, 'labels-left-out')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const leftOut = () => (app.services.datasetDesk.read('plans').leftOut ?? []).map(({ key }) => key)
    expect(leftOut()).toEqual(['PTV_60', 'gland7'])
    expect(app.services.datasetDesk.read('plans').labels.map(({ key }) => key)).not.toContain('gland7')

    await page.getByText('plans', { exact: true }).first().click()
    const panel = page.getByRole('region', { name: 'plans' })
    await panel.getByText('2 labels are left out, and not read as organs.').waitFor()
    await panel.getByText('gland7: by choice').waitFor()
    await panel.getByRole('button', { name: 'Labels and organs' }).click()
    await dialog.getByRole('button', { name: 'Read it as an organ' }).click()
    await dialog.getByRole('button', { name: 'Keep as it is' }).last().click()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(leftOut()).toEqual([])
  })

  test('a folder without images is refused in words that help', async () => {
    const page = await app.openPage()
    await dropFiles(page, [join(import.meta.dirname, 'harness')])
    const alert = page.getByRole('dialog').getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/harness/)
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  test.skipIf(!existsSync(headNeck))(
    'real head-and-neck folders (skipped where ../shared/data is absent)',
    async () => {
      const page = await app.openPage()
      await dropFiles(
        page,
        REAL.map((name) => join(headNeck, name)),
      )
      for (const name of REAL) {
        await inspected(page, name, 120_000)
        await takeScreenshot(page, `inspection-${name}`)
        await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
      }
      await page.getByRole('dialog').waitFor({ state: 'hidden', timeout: 120_000 })
      const registered = app.services.listDatasets().filter(({ name }) => REAL.includes(name))
      expect(registered.map(({ cases, organs }) => [cases, organs.length])).toEqual([
        [40, 2],
        [40, 2],
        [30, 2],
      ])
    },
    300_000,
  )
})
