// The real application for one test file: services on a workspace, the web host, the built page in headless Chromium.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest'
import type { AppInfo } from '../../../contract/api/app.ts'
import { serveWeb, type WebHost } from '../../../electron/hosts/web/serve.ts'
import { createServices } from '../../../electron/services/create-services.ts'
import type { Services } from '../../../electron/services/services.ts'
import { findBrowser } from './find-browser.ts'
import { watchFaults, type PageFaults } from './watch-page.ts'

export type Theme = 'dark' | 'light'
export type Size = 'laptop' | 'large'

export const SIZES: Record<Size, { width: number; height: number }> = {
  laptop: { width: 1366, height: 768 },
  large: { width: 2560, height: 1440 },
}

export const browserPath = findBrowser()
/** For the names of test groups that are skipped without one. */
export const needsBrowser = browserPath ? '' : ' (skipped: no Chromium; install it or set CHROME_PATH)'

export interface OpenOptions {
  theme?: Theme
  size?: Size
  /** Of a screen, behind the #: /datasets */
  path?: string
}

export interface OpenedPage extends Page {
  readonly faults: PageFaults
}

interface Parts {
  home: string
  services: Services
  host: WebHost
  browser: Browser
}

export interface App extends Readonly<Parts> {
  /** A fresh browser profile, signed in. At the test's end it is closed, and any fault of the page fails the test. */
  readonly openPage: (options?: OpenOptions) => Promise<OpenedPage>
}

/**
 * Starts everything before the file's first test and ends it after its last.
 * @param fillWorkspace puts into the empty folder what the workspace shall hold; a new workspace without it
 */
export function useApp(fillWorkspace: (home: string) => Promise<void> = async () => {}): App {
  const parts: Partial<Parts> = {}
  const get = <Key extends keyof Parts>(key: Key): Parts[Key] => {
    const part: Parts[Key] | undefined = parts[key]
    if (part === undefined) throw new Error(`${key} is there once the first test has begun`)
    return part
  }
  beforeAll(async () => {
    if (!browserPath) return
    const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-e2e-'))
    parts.home = join(folder, 'home')
    await fillWorkspace(parts.home)
    // With its own root, a test never sees, and never writes into, what else is on this machine.
    parts.services = createServices({ home: parts.home, roots: [folder] })
    parts.host = await serveWeb(parts.services, { port: 0, page: inject('page'), info: infoOf(parts.home, [folder]) })
    parts.browser = await launch(browserPath)
  })
  afterAll(async () => {
    await parts.browser?.close()
    await parts.services?.tasks.close()
    await parts.host?.close()
    parts.services?.close()
    if (parts.home) rmSync(join(parts.home, '..'), { recursive: true, force: true, maxRetries: 3 })
  })
  return {
    get home() {
      return get('home')
    },
    get services() {
      return get('services')
    },
    get host() {
      return get('host')
    },
    get browser() {
      return get('browser')
    },
    openPage: (options) => openPage(get('browser'), get('host').url, options),
  }
}

/** WebGL in software, so that the 3D view draws on machines without a graphics card too. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--enable-unsafe-swiftshader', '--force-color-profile=srgb'],
  })

const infoOf = (home: string, roots: string[]): AppInfo => ({
  version: '0.0.0-test',
  home,
  readOnly: null,
  host: 'web',
  platform: `${process.platform}-${process.arch}`,
  roots,
})

async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<OpenedPage> {
  const { theme = 'dark', size = 'laptop', path } = options
  const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: 'reduce' })
  await context.addInitScript((chosen) => localStorage.setItem('organ-mosaic.theme', chosen), theme)
  const page = await context.newPage()
  const faults = watchFaults(page)
  onTestFinished(async () => {
    await context.close()
    expect(faults.list(), 'what the page did wrong').toEqual([])
  })
  // The place goes along with the link: the router hears of no other before its first screen is there.
  await page.goto(path ? `${url}#${path}` : url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return Object.assign(page, { faults })
}

/** To another screen, as a link would: without loading the page anew. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((target) => void (location.hash = target), path)
  await page.getByRole('heading', { level: 1 }).waitFor()
}
