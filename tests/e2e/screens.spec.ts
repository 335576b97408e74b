// Every screen, on a trained study and on an empty workspace: it opens without a fault, axe-core finds nothing serious in
// either theme, and pictures of it are kept for people to look at.
import { describe, expect, test } from 'vitest'
import { findViolations } from './harness/accessibility.ts'
import { browserPath, goTo, needsBrowser, SIZES, useApp, type OpenedPage } from './harness/app.ts'
import { setTheme, takeScreenshot } from './harness/screenshots.ts'
import { settled } from './harness/settled.ts'
import { copyTrainedStudy, RUNS } from './harness/workspaces.ts'

const PLACES = [
  '/datasets',
  '/matrix',
  '/new-run',
  '/runs',
  '/studies',
  '/new-study',
  '/results',
  '/export',
  '/settings',
]
const nameOf = (path: string): string => path.slice(1).replaceAll(/[^a-z0-9]+/gi, '-')

/** @returns what axe-core finds, in either theme */
async function look(page: OpenedPage, path: string, name: string): Promise<string[]> {
  const violations: string[] = []
  await goTo(page, path)
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme)
    for (const size of ['large', 'laptop'] as const) {
      await page.setViewportSize(SIZES[size])
      await settled(page)
      await takeScreenshot(page, name)
    }
    violations.push(...(await findViolations(page)).map((line) => `${theme}: ${line}`))
  }
  return violations
}

describe.skipIf(!browserPath)(`a trained study${needsBrowser}`, () => {
  const app = useApp(copyTrainedStudy)
  const paths = [
    ...PLACES,
    '/case/test/PHT_001',
    `/runs/${RUNS[0]}`,
    `/compare?runs=${RUNS.join(',')}`,
    `/results?run=${RUNS[0]}`,
    `/new-run?from=${RUNS[0]}`,
  ]

  test.each(paths)('%s', async (path) => {
    const page = await app.openPage()
    expect(await look(page, path, nameOf(path))).toEqual([])
  })
})

describe.skipIf(!browserPath)(`an empty workspace${needsBrowser}`, () => {
  const app = useApp()

  test.each(PLACES)('%s', async (path) => {
    const page = await app.openPage()
    expect(await look(page, path, `${nameOf(path)}-empty`)).toEqual([])
  })
})
