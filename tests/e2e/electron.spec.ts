// The desktop window with Electron's real program, wherever it is installed: it opens, its page loads, a dataset is
// registered, and the trainer runs. Everything else is the same code as in the browser tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Shell } from '../../contract/shell.ts'
import { generatePhantomStudy } from '../../electron/services/demo/phantom/generate-phantom-study.ts'
import { ensurePage } from '../../scripts/open/ensure-page.mjs'
import { findElectron } from '../../scripts/open/find-electron.mjs'
import { browserPath, needsBrowser, useApp } from './harness/app.ts'
import { takeScreenshot } from './harness/screenshots.ts'

const root = join(import.meta.dirname, '../..')
const found = await findElectron(root, () => undefined, { canReach: async () => false })
const program = 'path' in found ? found.path : ''
const why = 'reason' in found ? ` (skipped: ${found.reason})` : ''

describe.skipIf(program === '')(`the desktop window${why}`, () => {
  let folder: string
  let app: ElectronApplication
  let page: Page

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-electron-'))
    await ensurePage(root, console.log)
    const args = [root, '--home', join(folder, 'home'), `--user-data-dir=${join(folder, 'settings')}`]
    app = await _electron.launch({ executablePath: program, args })
    page = await app.firstWindow()
  })
  afterAll(async () => {
    await app?.close()
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  test('shows the page, closed off from Node, behind no port', async () => {
    await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor()
    expect(page.url()).toMatch(/^organ-mosaic:\/\/app\//)
    expect(await page.evaluate(() => [typeof globalThis.require, typeof globalThis.process])).toEqual([
      'undefined',
      'undefined',
    ])
    await takeScreenshot(page, 'electron')
  })

  test('registers a dataset that was chosen in the system dialog', async () => {
    const site = await makeSite(folder)
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] })
    }, site.folder)
    await registerChosen(page, site.name)
  })

  test('runs the trainer, in Electron as Node', () => examineMachine(page), 180_000)
})

describe.skipIf(!browserPath)(`the page as the desktop window has it, in a browser${needsBrowser}`, () => {
  const app = useApp()

  test('registers what the system dialog chose, and asks for another workspace', async () => {
    const site = await makeSite(join(app.home, '..'))
    const page = await app.openPage()
    const asked: string[] = []
    // The desktop's side of the surface, which electron/shell answers there.
    await page.exposeFunction('askDesktop', (what: string) => (asked.push(what), site.folder))
    await page.addInitScript(() => {
      const { askDesktop } = window as unknown as { askDesktop: (what: string) => Promise<string> }
      const surface: Shell<File> = {
        chooseFolder: () => askDesktop('choose-folder'),
        pathOf: ({ name }) => askDesktop(`path of ${name}`),
        showFolder: async (path) => void (await askDesktop(`show ${path}`)),
        chooseWorkspace: async () => void (await askDesktop('choose-workspace')),
      }
      Object.assign(window, { organMosaic: surface })
    })
    await page.reload()
    await registerChosen(page, site.name)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Choose another folder and start again' }).click()
    expect(asked).toEqual(['choose-folder', 'choose-workspace'])
  })

  test('examines the machine', async () => examineMachine(await app.openPage()), 180_000)
})

async function makeSite(folder: string): Promise<{ name: string; folder: string }> {
  const size = { seed: 7, trainingCases: 2, testCases: 0, resolution: 0.3 }
  const { sites } = await generatePhantomStudy(join(folder, 'study'), size)
  return sites[0]
}

/** The dialog of the system answers at once; the page goes on from there. */
async function registerChosen(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a folder' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByText(name, { exact: true }).first().waitFor()
}

/** The doctor's probe is a trainer of its own: TensorFlow is loaded, a convolution and its gradient are computed. */
async function examineMachine(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Examine this machine' }).click()
  await page.getByRole('row', { name: /^Good Gradients/ }).waitFor({ timeout: 120_000 })
}
