// Without a mouse: on every screen Tab reaches everything that can be pressed, and one sees where one is.
import { describe, expect, test } from 'vitest'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { walkFocus } from './harness/focus.ts'
import { settled } from './harness/settled.ts'
import { copyTrainedStudy, RUNS } from './harness/workspaces.ts'

const PATHS = [
  '/datasets',
  '/matrix',
  '/runs',
  `/runs/${RUNS[0]}`,
  `/results?run=${RUNS[0]}`,
  '/export',
  '/settings',
  '/new-run',
  '/case/test/PHT_001',
]

describe.skipIf(!browserPath)(`the keyboard${needsBrowser}`, () => {
  const app = useApp(copyTrainedStudy)

  test.each(PATHS)('%s', async (path) => {
    const page = await app.openPage({ path })
    await settled(page)
    const { stops, unseen, unreached } = await walkFocus(page)
    expect({ unseen, unreached }).toEqual({ unseen: [], unreached: [] })
    expect(stops).toBeGreaterThan(8)
  })

  test('what the walk is for, it notices: a focus that cannot be seen, a button that Tab passes by', async () => {
    const page = await app.openPage({ path: '/settings' })
    await page.evaluate(() => {
      const [hidden, trap] = [document.createElement('button'), document.createElement('button')]
      hidden.textContent = 'Hidden focus'
      hidden.style.outline = 'none'
      trap.textContent = 'Passed by'
      trap.onfocus = () => trap.blur()
      document.querySelector('main')?.append(hidden, trap)
    })
    const { unseen, unreached } = await walkFocus(page)
    expect(unseen).toContain('button "Hidden focus"')
    expect(unreached).toContain('button "Passed by"')
  })
})
