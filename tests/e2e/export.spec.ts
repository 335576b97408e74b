// Segmentations leave the application: of registered cases and of an image dropped on the page. The files are read back
// here, by the reader of the import, and must lie on the grid of their images.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { openSegmentation } from '../../trainer/imaging/read-label.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { dropFiles } from './harness/drop.ts'
import { takeScreenshot } from './harness/screenshots.ts'
import { copyTrainedStudy } from './harness/workspaces.ts'

/** @returns its path, as the page shows it */
async function chooseNewFolder(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Choose the output folder' }).click()
  const dialog = page.getByRole('dialog', { name: 'Output folder' })
  // The list has the focus; its first entry is a folder that may be written to.
  await dialog.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'New folder' }).click()
  await dialog.getByLabel('Name of the new folder').fill(name)
  await dialog.getByRole('button', { name: 'Make it' }).click()
  const path = dialog.getByTitle(new RegExp(`${name}$`))
  await path.waitFor()
  const chosen = (await path.getAttribute('title')) ?? ''
  await dialog.getByRole('button', { name: 'Choose this folder' }).click()
  return chosen
}

async function write(page: Page, cases: number): Promise<void> {
  await page.getByRole('button', { name: 'Write', exact: true }).click()
  await page.getByRole('heading', { name: `Segmentations written: ${cases}` }).waitFor()
}

async function expectSameGrid(labels: string, image: string): Promise<void> {
  const [{ volume: map }, { volume: scan }] = await Promise.all([readNifti(labels), readNifti(image)])
  expect(map.geometry.shape).toEqual(scan.geometry.shape)
  for (const part of ['spacingMm', 'origin', 'direction'] as const) {
    map.geometry[part].forEach((value, at) => expect(value).toBeCloseTo(scan.geometry[part][at], 4))
  }
  expect(Math.max(...map.data)).toBeLessThanOrEqual(8)
}

describe.skipIf(!browserPath)(`export${needsBrowser}`, () => {
  const app = useApp(copyTrainedStudy)
  const imagesOf = (): string => join(app.services.getDataset('test').summary.root, 'imagesTs')

  test('of the cases of a dataset: planned, written, read back', async () => {
    const page = await app.openPage({ path: '/export?run=first' })
    await page.getByText('Registered cases').click()
    await page.getByRole('checkbox', { name: 'All cases of test' }).press('Space')
    const out = await chooseNewFolder(page, 'out-cases')
    await page.getByRole('row').getByText('PHT_001').first().waitFor()
    await takeScreenshot(page, 'export-planned')
    await write(page, 2)
    await takeScreenshot(page, 'export-written')
    // What was just written is no plan to replace it; only another export to the same folder is.
    expect(await page.getByText(/replac(ing|ed) \d/).count()).toBe(0)
    await page.getByRole('button', { name: 'Plan another export' }).click()
    await page.getByRole('button', { name: 'Write, replacing 4 that are there' }).waitFor()
    expect(await page.getByRole('heading', { name: /Segmentations written/ }).count()).toBe(0)
    const maps = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.nii.gz'))
    expect(maps).toHaveLength(2)
    for (const map of maps) {
      const id = /PHT_\d+/.exec(map)?.[0]
      await expectSameGrid(join(out, map), join(imagesOf(), `${id}_0000.nii.gz`))
    }
  })

  test('of an image that is dropped on the page', async () => {
    const page = await app.openPage({ path: '/export?run=first' })
    const box = await page.getByText('Drop images here').boundingBox()
    const image = join(imagesOf(), 'PHT_001_0000.nii.gz')
    await dropFiles(page, [image], { x: box?.x ?? 0, y: box?.y ?? 0 })
    await page.getByRole('button', { name: 'Remove PHT_001_0000.nii.gz' }).waitFor()
    const out = await chooseNewFolder(page, 'out-images')
    await write(page, 1)
    const maps = readdirSync(out).filter((name) => name.endsWith('.nii.gz'))
    expect(maps).toHaveLength(1)
    await expectSameGrid(join(out, maps[0]), image)
  })

  test('of a DICOM folder that is dropped on the page', async () => {
    const page = await app.openPage({ path: '/export?run=first' })
    const box = await page.getByText('Drop images here').boundingBox()
    const folder = join(import.meta.dirname, '../fixtures/dicom/mixed')
    await dropFiles(page, [folder], { x: box?.x ?? 0, y: box?.y ?? 0 })
    await page.getByText('uploads/mixed').waitFor()
    const out = await chooseNewFolder(page, 'out-dicom')
    await takeScreenshot(page, 'export-dicom')
    // With the image that the page was sent before.
    await write(page, 2)
    const segmentation = await openSegmentation(join(out, 'mixed.seg.dcm'))
    expect(segmentation?.segments.length).toBeGreaterThan(0)
  })
})
