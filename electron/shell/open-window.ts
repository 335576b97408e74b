// The window: how large, where, and how closed off its page is.
import { join } from 'node:path'
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron'
import type { PreferenceFile, Preferences } from './preferences.ts'
import { ORIGIN } from './scheme.ts'

const USUAL = { width: 1440, height: 900 }
const SMALLEST = { minWidth: 1024, minHeight: 640 }
/** The ground of the dark theme in renderer/design/tokens.css: what shows before the page is there. */
const GROUND = '#0b0e12'

/** @param areas the screens' work areas: a window whose screen has gone opens where it can be seen */
export function windowOptions(
  remembered: Preferences['window'],
  areas: readonly Rectangle[],
): BrowserWindowConstructorOptions {
  const isVisible = remembered && areas.some((area) => overlaps(area, remembered))
  const { width, height } = remembered ?? USUAL
  return {
    width: Math.max(width, SMALLEST.minWidth),
    height: Math.max(height, SMALLEST.minHeight),
    ...(isVisible ? { x: remembered.x, y: remembered.y } : {}),
    ...SMALLEST,
    show: false,
    title: 'OrganMosaic',
    backgroundColor: GROUND,
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      // Chromium would fetch its dictionaries from elsewhere.
      spellcheck: false,
    },
  }
}

type Window = Pick<BrowserWindow, 'once' | 'on' | 'show' | 'maximize' | 'isMaximized' | 'getNormalBounds' | 'loadURL'>

/** Loads the page, shows the window once there is something to see, and remembers where it was. */
export async function openWindow(window: Window, preferences: PreferenceFile): Promise<void> {
  window.once('ready-to-show', () => {
    if (preferences.read().window?.maximized) window.maximize()
    window.show()
  })
  window.on('close', () =>
    preferences.update({ window: { ...window.getNormalBounds(), maximized: window.isMaximized() } }),
  )
  await window.loadURL(`${ORIGIN}/`)
}

function overlaps(area: Rectangle, bounds: Rectangle): boolean {
  const width = Math.min(area.x + area.width, bounds.x + bounds.width) - Math.max(area.x, bounds.x)
  const height = Math.min(area.y + area.height, bounds.y + bounds.height) - Math.max(area.y, bounds.y)
  return width >= 200 && height >= 100
}
