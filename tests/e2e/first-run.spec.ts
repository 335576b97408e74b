// The first minutes with the application: one click makes the demo study, the next screen is ready to train, and a
// measurement tells before the start what the run needs, and what would fit where it does not.
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canLimitMemory, limitNextPreflight } from '../helpers/limit-memory.ts'
import { tinySettings } from '../helpers/tiny-study.ts'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, needsBrowser, useApp, type OpenedPage } from './harness/app.ts'
import { takeScreenshot } from './harness/screenshots.ts'

const preflight = (page: OpenedPage) => page.getByRole('region', { name: 'Pre-flight' })
const patch = (page: OpenedPage, text: string | RegExp) =>
  page.getByRole('region', { name: 'Plan' }).getByRole('definition').getByText(text)

async function enter(page: OpenedPage, settings: readonly string[]): Promise<void> {
  for (const setting of settings) {
    const [key, value] = setting.split('=')
    await page.getByRole('textbox', { name: key, exact: true }).fill(value)
  }
}

describe.skipIf(!browserPath)(`the first run${needsBrowser}`, () => {
  const app = useApp()

  test('one click makes the demo study, and the new run is ready to train in one click', async () => {
    const page = await app.openPage()
    await page.getByRole('button', { name: 'Make the demo study' }).click()
    await page.getByRole('progressbar', { name: /Making the demo study/ }).waitFor()
    await takeScreenshot(page, 'demo-study-making')
    await page.getByRole('button', { name: /^reference/ }).waitFor({ timeout: 100_000 })
    expect(app.services.listDatasets().map(({ name, role, usableCases }) => [name, role, usableCases])).toEqual([
      ['reference', 'reference', 48],
      ['site-a', 'train', 16],
      ['site-b', 'train', 16],
      ['site-c', 'train', 16],
      ['test-complete', 'test', 12],
    ])
    await takeScreenshot(page, 'demo-study-made')
    await page.getByRole('button', { name: 'New run' }).click()
    await patch(page, /voxels/).waitFor()
    await page.getByRole('button', { name: 'Start training', disabled: false }).waitFor()
  }, 120_000)

  test('three real steps tell what a run needs', async () => {
    const page = await app.openPage({ path: '/new-run' })
    await enter(page, tinySettings)
    await patch(page, '16 x 16 x 16 voxels').waitFor()
    await preflight(page).getByRole('button', { name: 'Measure' }).click()
    await preflight(page).getByRole('progressbar').waitFor()
    await preflight(page)
      .getByText(/^It needs .* of memory, and .* are free\.$/)
      .waitFor()
    await preflight(page)
      .getByText(/Stage 1: 4 steps of .* s, Stage 2: 4 steps of .* s/)
      .waitFor()
    await takeScreenshot(page, 'preflight-fits')
    await expectAccessible(page)
    await enter(page, ['stage1.steps=5'])
    await preflight(page).getByText('The run was changed since it was measured').waitFor()
  })

  test.skipIf(!canLimitMemory)(
    'where it does not fit, a smaller patch is proposed, taken by one click, and fits',
    async () => {
      const page = await app.openPage({ path: '/new-run' })
      await enter(page, [...tinySettings, 'plan.patch=64,64,64', 'network.baseChannels=16'])
      await patch(page, '64 x 64 x 64 voxels').waitFor()
      const limited = limitNextPreflight(app.services.workspace.jobs, readdirSync(app.services.workspace.jobs), 300)
      await preflight(page).getByRole('button', { name: 'Measure' }).click()
      await limited
      await preflight(page).getByText('ran out of memory with a patch of 64 x 64 x 64 voxels').waitFor()
      await takeScreenshot(page, 'preflight-too-large')
      await preflight(page).getByRole('button', { name: 'Use at most 131000 voxels' }).click()
      await patch(page, '64 x 64 x 64 voxels').waitFor({ state: 'detached' })
      const [size = ''] = await patch(page, /voxels/).allInnerTexts()
      const voxels = (size.match(/\d+/g) ?? []).reduce((product, length) => product * Number(length), 1)
      expect(voxels).toBeGreaterThan(0)
      expect(voxels).toBeLessThanOrEqual(131_000)
      await preflight(page).getByRole('button', { name: 'Measure again' }).click()
      await preflight(page)
        .getByText(/^It needs .* of memory, and .* are free\.$/)
        .waitFor()
    },
  )
})
