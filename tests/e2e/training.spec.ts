// A training watched in the window: started, paused, its process killed, resumed, finished, begun anew from its
// configuration, and compared. The trainer child, its folder and the database are the real ones.
import { describe, expect, test } from 'vitest'
import { killTrainer } from '../helpers/kill-trainer.ts'
import { tinySettings } from '../helpers/tiny-study.ts'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { takeScreenshot } from './harness/screenshots.ts'
import { copyTrainedStudy, RUNS } from './harness/workspaces.ts'

const LONG_ENOUGH_TO_INTERRUPT = ['stage1.steps=150', 'stage1.validateEvery=50']

describe.skipIf(!browserPath)(`training${needsBrowser}`, () => {
  const app = useApp(copyTrainedStudy)

  test('is started, paused, killed, resumed and finished under the eyes of the page', async () => {
    const { services } = app
    const datasets = ['site-a', 'site-b', 'site-c']
    const set = [...tinySettings, ...LONG_ENOUGH_TO_INTERRUPT]
    services.createRun({ name: 'watched', datasets, preset: 'quick', set })
    const page = await app.openPage({ path: '/runs/watched' })
    const state = (label: string) => page.locator('header').getByText(label).waitFor()
    await state('Queued')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await state('Running')
    await page.getByText(/^[1-9]\d* \/ 150$/).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await state('Paused')
    expect(services.getRun('watched').summary.state).toBe('paused')

    await page.getByRole('button', { name: 'Resume' }).click()
    await state('Running')
    expect(await killTrainer(services, 'watched')).toBe(true)
    await state('Interrupted')
    await page.getByRole('alert').getByText('The training process ended without a word').waitFor()
    await takeScreenshot(page, 'run-interrupted')
    await page.getByRole('alert').getByRole('button', { name: 'Resume' }).click()
    await state('Finished')
    expect(services.getRun('watched').summary.state).toBe('finished')
    await page.getByText('The training is finished').waitFor()
    await takeScreenshot(page, 'run-finished')
  }, 120_000)

  test('begins anew with the configuration of an earlier run', async () => {
    const page = await app.openPage({ path: `/runs/${RUNS[0]}` })
    await page.getByRole('button', { name: 'New run from this' }).click()
    await page.getByRole('menuitem', { name: 'With its configuration' }).click()
    await page.getByRole('heading', { level: 1, name: 'New run' }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('again')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByRole('heading', { level: 1, name: 'again' }).waitFor()
    await page.locator('header').getByText('Finished').waitFor()
    expect(app.services.getRun('again').config).toEqual(app.services.getRun(RUNS[0]).config)
  })

  test('two runs are compared: what they were asked to do differently', async () => {
    const page = await app.openPage({ path: '/runs' })
    for (const name of RUNS)
      await page
        .getByRole('row', { name: new RegExp(`\\b${name}\\b`) })
        .getByRole('checkbox')
        .press('Space')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('heading', { name: 'Differences' }).waitFor()
    const seed = page.getByRole('row', { name: /^seed/ })
    expect((await seed.getByRole('cell').allTextContents()).map((text) => text.trim())).toEqual(['1', '2'])
  })
})
