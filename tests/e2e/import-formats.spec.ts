// What hospitals and other tools hand over, dropped on the window: archives, DICOM with structures, images of several
// volumes.
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { packZip } from '../../electron/services/archives/craft-archive.ts'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { dropFiles } from './harness/drop.ts'
import { takeScreenshot } from './harness/screenshots.ts'

const fixtures = join(import.meta.dirname, '../fixtures')

async function drop(page: Page, path: string, name: string) {
  await dropFiles(page, [path])
  const dialog = page.getByRole('dialog', { name: `Add ${name}` })
  await dialog.getByRole('button', { name: 'Register' }).waitFor({ timeout: 60_000 })
  return dialog
}

describe.skipIf(!browserPath)(`formats${needsBrowser}`, () => {
  const app = useApp()
  const place = (name: string): string => join(app.home, '..', name)

  test('a DICOM folder with a structure set: the series are found, the structures named', async () => {
    cpSync(join(fixtures, 'dicom/mixed'), place('clinic/P1/scan'), { recursive: true })
    cpSync(join(fixtures, 'dicom/structures.dcm'), place('clinic/P1/rt.dcm'))
    const page = await app.openPage({ path: '/datasets' })
    const dialog = await drop(page, place('clinic'), 'clinic')
    await dialog.getByText(/1 DICOM series with labels/).waitFor()
    await takeScreenshot(page, 'inspection-dicom')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const { labels, cases } = app.services.datasetDesk.read('clinic')
    expect(labels.map(({ sourceName }) => sourceName)).toEqual(['Left kidney', 'liver', 'spinal cord'])
    expect(cases).toMatchObject([{ id: 'P1', status: 'ok' }])
  })

  test('an archive: unpacked into the workspace, its copy in the uploads removed', async () => {
    const files = ['images/A.nrrd', 'labels/A.nrrd'].map((name, at) => ({
      name: `site/${name}`,
      content: readFileSync(join(fixtures, 'formats', at === 0 ? 'int16.nrrd' : 'uint8.nrrd')),
    }))
    writeFileSync(place('packed.zip'), packZip(files))
    const page = await app.openPage({ path: '/datasets' })
    const dialog = await drop(page, place('packed.zip'), 'packed')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(app.services.datasetDesk.read('site')).toMatchObject({ root: join(app.home, 'unpacked/packed/site') })
    expect(readdirSync(join(app.home, 'uploads'))).not.toContain('packed')
  })

  test('an archive that leads elsewhere is refused in words', async () => {
    writeFileSync(place('evil.zip'), packZip([{ name: '../evil.txt', content: 'x' }]))
    const page = await app.openPage({ path: '/datasets' })
    await dropFiles(page, [place('evil.zip')])
    const dialog = page.getByRole('dialog', { name: 'Add evil' })
    await dialog
      .getByRole('alert')
      .getByText(/would be written outside its folder/)
      .waitFor()
    expect(readdirSync(app.home)).not.toContain('evil.txt')
  })

  test('names that no layout knows: two patterns say what is what', async () => {
    for (const folder of ['in/s1', 'out']) mkdirSync(place(`odd/${folder}`), { recursive: true })
    cpSync(join(fixtures, 'formats/int16.nrrd'), place('odd/in/s1/x.nrrd'))
    cpSync(join(fixtures, 'formats/uint8.nrrd'), place('odd/out/s1.nrrd'))
    const page = await app.openPage({ path: '/datasets' })
    await dropFiles(page, [place('odd')])
    const dialog = page.getByRole('dialog', { name: 'Add odd' })
    await dialog
      .getByRole('alert')
      .getByText(/fits no known layout/)
      .waitFor()
    await takeScreenshot(page, 'patterns')
    await expectAccessible(page)
    await dialog.getByLabel('Pattern of the images').fill('in/{case}/x.nrrd')
    await dialog.getByLabel('Pattern of the labels').fill('out/{case}.nrrd')
    await dialog.getByRole('button', { name: 'Look again' }).click()
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const { layout, cases } = app.services.datasetDesk.read('odd')
    expect({ layout, cases }).toMatchObject({ layout: 'pattern', cases: [{ id: 's1', status: 'ok' }] })
  })

  test('a table of several datasets: one is chosen', async () => {
    mkdirSync(place('table'))
    for (const [name, from] of [
      ['a', 'int16'],
      ['b', 'float32'],
      ['la', 'uint8'],
    ] as const) {
      cpSync(join(fixtures, `formats/${from}.nrrd`), place(`table/${name}.nrrd`))
    }
    const rows = ['image,label,dataset', 'a.nrrd,la.nrrd,north', 'b.nrrd,la.nrrd,south']
    writeFileSync(place('table/manifest.csv'), rows.join('\n'))
    const page = await app.openPage({ path: '/datasets' })
    const dialog = await drop(page, place('table'), 'table')
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('north')
    await dialog.getByRole('combobox', { name: 'Dataset of the table' }).selectOption('south')
    await dialog.getByText(/manifest.csv: 1 row, 1 case/).waitFor()
    await takeScreenshot(page, 'table')
    await expect.poll(() => dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('south')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(app.services.datasetDesk.read('south').cases).toMatchObject([{ images: ['b.nrrd'] }])
  })

  test('images of several volumes: one is chosen, and looked at', async () => {
    for (const folder of ['images', 'labels']) mkdirSync(place(`phases/${folder}`), { recursive: true })
    cpSync(join(fixtures, 'formats/four.mha'), place('phases/images/A.mha'))
    cpSync(join(fixtures, 'formats/uint8.nrrd'), place('phases/labels/A.nrrd'))
    const page = await app.openPage({ path: '/datasets' })
    const dialog = await drop(page, place('phases'), 'phases')
    await dialog.getByText(/The images hold several volumes/).waitFor()
    await takeScreenshot(page, 'inspection-volumes')
    await expectAccessible(page)
    await dialog.getByRole('combobox', { name: 'Volume of images that hold several' }).selectOption('2 of 2')
    await dialog.getByText('1, usable 1').waitFor()
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(app.services.datasetDesk.read('phases').cases).toMatchObject([{ images: ['images/A.mha#volume=2'] }])
  })
})
