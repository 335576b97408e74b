// A study in the window: composed, started, paused, resumed, finished, read; then the same folder by the command line's
// service, which finds everything done.
import { describe, expect, test } from 'vitest'
import { runStudy } from '../../electron/services/study/run-study.ts'
import { readStoredConfig, readStudyState } from '../../electron/services/study/study-store.ts'
import { openTinyStudy, tinySettings } from '../helpers/tiny-study.ts'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp, type OpenedPage } from './harness/app.ts'
import { setTheme, takeScreenshot } from './harness/screenshots.ts'
import { settled } from './harness/settled.ts'

const SETTINGS = [...tinySettings, 'shared.steps=4', 'shared.validateEvery=2'].join(' ')
/** Two trainings and three scorings; on a busy machine they take longer than Playwright waits by itself. */
const WHOLE_STUDY_MS = 240_000

async function fill(home: string): Promise<void> {
  const { services } = await openTinyStudy({ home, testCases: 2 })
  services.close()
}

describe.skipIf(!browserPath)(`studies${needsBrowser}`, () => {
  const app = useApp(fill)
  const button = (page: OpenedPage, name: string) => page.getByRole('button', { name, exact: true })
  const state = (page: OpenedPage, label: string, timeout = 30_000) =>
    page.locator('header').getByText(label, { exact: true }).waitFor({ timeout })

  test('a study is composed, started, paused, resumed and finished', { timeout: 300_000 }, async () => {
    const page = await app.openPage({ path: '/studies' })
    await page.getByText('No study yet').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'New study' }).last().press('Enter')
    await page.getByRole('heading', { level: 1, name: 'New study' }).waitFor()
    await compose(page)
    await takeScreenshot(page, 'new-study-tiny')
    await expectAccessible(page)
    await button(page, 'Start study').click()

    await page.getByRole('heading', { level: 1, name: 'study-1' }).waitFor()
    await state(page, 'Running')
    await button(page, 'Pause').click()
    await state(page, 'Paused')
    expect(readStudyState(app.services.workspace, 'study-1').state).toBe('paused')
    await takeScreenshot(page, 'study-paused')
    await button(page, 'Resume').click()
    await state(page, 'Running')
    await state(page, 'Finished', WHOLE_STUDY_MS)
    await page.getByText('2 of 2 scored').waitFor()
  })

  test('its results are read, job by job and together, and its report opens', { timeout: 120_000 }, async () => {
    const page = await app.openPage({ path: '/studies' })
    await page.getByRole('link', { name: 'study-1' }).click()
    const results = page.getByRole('region', { name: 'Results' })
    await results.getByRole('rowheader', { name: 'mutual, best single', exact: true }).waitFor()
    for (const part of ['Differences', 'Learning curves', 'Cost', 'Methods']) {
      await results.getByText(part, { exact: true }).click()
      await settled(page)
      await takeScreenshot(page, `study-${part.toLowerCase().replace(' ', '-')}`)
    }
    for (const theme of ['light', 'dark'] as const) {
      await setTheme(page, theme)
      await expectAccessible(page)
    }
    const href = await page.getByRole('link', { name: 'Open report' }).getAttribute('href')
    const report = await page.request.get(new URL(href ?? '', page.url()).href)
    expect([report.status(), report.headers()['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await report.text()).toContain('mutual, best single')

    await page
      .getByRole('link', { name: /Scored/ })
      .first()
      .click()
    await page.getByRole('heading', { level: 1, name: 'study-1-marginal-s1' }).waitFor()
  })

  test('the command line finds it done in the same folder', async () => {
    const notes: string[] = []
    const config = readStoredConfig(app.services.workspace, 'study-1')
    const { rows } = await runStudy(app.services, config, {
      note: (text) => void notes.push(text),
      followRun: () => Promise.reject(new Error('a finished run is not followed')),
      watchJob: () => Promise.reject(new Error('a scored run is not scored again')),
    })
    expect(rows.map(({ name }) => name)).toEqual(['marginal', 'mutual'])
    expect(notes.filter((note) => note.endsWith('is finished already.'))).toHaveLength(2)
  })

  test('is removed from the list and taken back, by the keyboard', { timeout: 60_000 }, async () => {
    const page = await app.openPage({ path: '/studies' })
    await button(page, 'Remove study-1').press('Enter')
    await page.getByText('No study yet').waitFor()
    await page.getByText('Study study-1 lies in the trash folder of the workspace.').waitFor()
    await expectAccessible(page)
    await button(page, 'Undo').press('Enter')
    await page.getByRole('link', { name: 'study-1' }).waitFor()
    expect(readStudyState(app.services.workspace, 'study-1').state).toBe('finished')
  })
})

/** Two datasets, two methods, one seed, a network that learns nothing; the defaults for all else. */
async function compose(page: OpenedPage): Promise<void> {
  await page.getByRole('checkbox', { name: /^site-c/ }).press('Space')
  await page.getByRole('button', { name: 'Remove separate' }).click()
  await page.getByText('The list was changed.').getByRole('button', { name: 'Undo' }).click()
  for (const row of ['separate', 'mutual-plus']) await page.getByRole('button', { name: `Remove ${row}` }).click()
  await page.getByLabel('Seeds', { exact: true }).fill('1')
  for (const row of [1, 2]) await page.getByLabel(`Settings of row ${row}`).fill(SETTINGS)
  await page.getByText('2 runs, one after the other').waitFor()
  await page.getByText(/1 run of 4 networks/).waitFor()
}
