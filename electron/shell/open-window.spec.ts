import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWindow, windowOptions } from './open-window.ts'
import { openPreferences, type PreferenceFile } from './preferences.ts'
import { ORIGIN } from './scheme.ts'
import { emitter, preventable } from './test-electron.ts'

let folder: string
let preferences: PreferenceFile

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-window-'))
  preferences = openPreferences(join(folder, 'settings'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 0, width: 2560, height: 1440 },
]
const bounds = { x: 2000, y: 40, width: 1600, height: 1000 }

describe('the options of the window', () => {
  it('close the page off from Node and from the network', () => {
    const { webPreferences = {} } = windowOptions(undefined, screens)
    expect(webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    })
    expect(existsSync(webPreferences.preload ?? '')).toBe(true)
    for (const risk of [
      'webSecurity',
      'allowRunningInsecureContent',
      'nodeIntegrationInWorker',
      'experimentalFeatures',
    ]) {
      expect(webPreferences).not.toHaveProperty(risk)
    }
  })

  it('put it where it was, if that screen is still there', () => {
    const remembered = { ...bounds, maximized: false }
    expect(windowOptions(remembered, screens)).toMatchObject(bounds)
    const { x, y, width } = windowOptions(remembered, screens.slice(0, 1))
    expect([x, y, width]).toEqual([undefined, undefined, 1600])
  })

  it('are usable whatever was remembered', () => {
    const { width = 0, height = 0 } = windowOptions({ x: 0, y: 0, width: 1, height: 1, maximized: false }, screens)
    expect(width).toBeGreaterThanOrEqual(1024)
    expect(height).toBeGreaterThanOrEqual(640)
  })
})

describe('opening the window', () => {
  const calls: string[] = []
  const open = (isMaximized: boolean): BrowserWindow & ReturnType<typeof emitter> =>
    emitter<BrowserWindow>({
      loadURL: async (url: string) => void calls.push(url),
      show: () => calls.push('show'),
      maximize: () => calls.push('maximize'),
      isMaximized: () => isMaximized,
      getNormalBounds: () => bounds,
    })

  it('loads the page, and remembers place and size when it closes', async () => {
    calls.length = 0
    const first = open(true)
    await openWindow(first, preferences)
    first.emit('ready-to-show')
    expect(calls).toEqual([`${ORIGIN}/`, 'show'])
    first.emit('close', preventable())
    expect(preferences.read().window).toEqual({ ...bounds, maximized: true })

    calls.length = 0
    const second = open(false)
    await openWindow(second, preferences)
    second.emit('ready-to-show')
    expect(calls).toEqual([`${ORIGIN}/`, 'maximize', 'show'])
  })
})

describe('preferences', () => {
  it('keep what is not changed', () => {
    preferences.update({ home: '/data/mosaic' })
    preferences.update({ window: { ...bounds, maximized: false } })
    expect(preferences.read()).toEqual({ home: '/data/mosaic', window: { ...bounds, maximized: false } })
  })

  it.each(['', '{', '{"home": 3}', '[]'])('are those of a first start when the file is damaged: %j', (content) => {
    preferences.update({ home: '/data/mosaic' })
    writeFileSync(join(folder, 'settings/preferences.json'), content)
    expect(preferences.read()).toEqual({})
  })
})
