// What a person sees and can do when the index is damaged, and when a problem is to be reported.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findViolations } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { takeScreenshot } from './harness/screenshots.ts'
import { copyTrainedStudy, RUNS } from './harness/workspaces.ts'

describe.skipIf(!browserPath)(`a damaged index${needsBrowser}`, () => {
  const app = useApp(async (home) => {
    await copyTrainedStudy(home)
    writeFileSync(join(home, 'organ-mosaic.sqlite'), 'no database '.repeat(999))
  })

  test('is said above every screen, and rebuilt there; nothing is missing meanwhile', async () => {
    const page = await app.openPage({ path: '/runs' })
    await page.getByRole('alert').getByText('The index was damaged').waitFor()
    for (const name of RUNS) await page.getByRole('link', { name, exact: true }).waitFor()
    expect(await findViolations(page)).toEqual([])
    await takeScreenshot(page, 'damaged-index')
    await page.getByRole('button', { name: 'Rebuild the index' }).click()
    await page.getByText('The index is rebuilt: 4 datasets, 2 runs.').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('link', { name: 'Datasets' }).click()
    expect(await page.getByText('The index').count()).toBe(0)
  })
})

describe.skipIf(!browserPath)(`a report of a problem${needsBrowser}`, () => {
  const app = useApp(copyTrainedStudy)

  test('is gathered, read file by file, and saved', async () => {
    const page = await app.openPage({ path: '/settings?report=first' })
    await page.getByRole('button', { name: 'Gather a report' }).click()
    const file = page.getByRole('button', { name: 'runs/run-1/run.json' })
    await file.click()
    await page.getByLabel('runs/run-1/run.json', { exact: true }).getByText('"kind": "train"').waitFor()
    expect(await findViolations(page)).toEqual([])
    await takeScreenshot(page, 'problem-report')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /^Save organ-mosaic-report-/ }).click()
    const saved = readFileSync(await (await download).path())
    expect(saved.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
    expect(saved.includes('site-a')).toBe(false)
  })
})
