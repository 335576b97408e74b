// main.ts started against a stand-in for the module electron: what is wired to what. The real window is tried by
// tests/e2e/electron.spec.ts where Electron's program is installed.
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Handler } from '../hosts/api/create-handler.ts'
import { openPreferences } from './preferences.ts'
import { ORIGIN } from './scheme.ts'
import { preventable } from './test-electron.ts'

let folder: string
let calls: string[]
let answer: Handler
let app: EventEmitter
let pressed: number
let ask: (event: object, request: object) => Promise<unknown>
const window = new EventEmitter()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-main-'))
  writeFileSync(join(folder, 'index.html'), '')
  vi.stubEnv('ORGAN_MOSAIC_HOME', join(folder, 'home'))
  ;[calls, pressed] = [[], 0]
  vi.resetModules()
})

afterEach(async () => {
  app.emit('window-all-closed')
  await vi.waitFor(() => expect(calls.at(-1)).toMatch(/^(quit|exit)/))
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function start({ isFirst = true } = {}): Promise<void> {
  const note = (name: string) => (): void => void calls.push(name)
  app = Object.assign(new EventEmitter(), {
    getPath: () => join(folder, 'settings'),
    requestSingleInstanceLock: () => isFirst,
    whenReady: async () => note('ready')(),
    quit: note('quit'),
    exit: (code: number) => note(`exit ${code}`)(),
    relaunch: ({ args }: { args: string[] }) => note(`relaunch ${args.slice(-2).join(' ')}`)(),
  })
  window.removeAllListeners()
  Object.assign(window, {
    webContents: Object.assign(new EventEmitter(), { mainFrame: { url: `${ORIGIN}/` } }),
    loadURL: async (url: string) => note(`load ${url}`)(),
    getNormalBounds: () => ({ x: 0, y: 0, width: 1440, height: 900 }),
    isMaximized: () => false,
    isMinimized: () => true,
    restore: note('restore'),
    focus: note('focus'),
  })
  vi.doMock('electron', () => ({
    app,
    BrowserWindow: function createWindow() {
      note('window')()
      return window
    },
    dialog: {
      showErrorBox: (title: string, message: string) => note(`${title}: ${message}`)(),
      showOpenDialog: async () => ({ canceled: false, filePaths: [join(folder, 'other')] }),
      showMessageBoxSync: ({ message }: { message: string }) => (note(message)(), pressed),
    },
    ipcMain: {
      handle(channel: string, listener: typeof ask) {
        note(`hear ${channel}`)()
        ask = listener
      },
    },
    Menu: { setApplicationMenu: note('menu'), buildFromTemplate: (template: unknown) => template },
    protocol: {
      registerSchemesAsPrivileged: note('scheme'),
      handle: (_scheme: string, handler: Handler) => void (answer = handler),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: note('deny permissions'),
        setPermissionCheckHandler: () => undefined,
        webRequest: { onBeforeRequest: note('block network') },
      },
    },
    shell: {},
  }))
  vi.doMock('../hosts/api/describe-app.ts', async (original) => ({
    ...(await original<typeof import('../hosts/api/describe-app.ts')>()),
    findBuiltPage: () => folder,
  }))
  await import('./main.ts')
}

const said = (part: string): Promise<void> =>
  vi.waitFor(() =>
    expect(
      calls.some((call) => call.includes(part)),
      `${part} in ${calls.join('; ')}`,
    ).toBe(true),
  )

describe('starting', () => {
  it('knows the scheme before it is ready, locks the page before there is a window, then loads it', async () => {
    await start()
    await said('load')
    expect(calls).toEqual([
      'scheme',
      'ready',
      'deny permissions',
      'block network',
      'menu',
      'window',
      'hear organ-mosaic',
      `load ${ORIGIN}/`,
    ])
    const info = await (await answer(new Request(`${ORIGIN}/api/app`))).json()
    expect(info).toMatchObject({ host: 'electron', home: join(folder, 'home') })
  })

  it('brings the window to the front when it is started again', async () => {
    await start()
    await said('load')
    app.emit('second-instance')
    expect(calls.slice(-2)).toEqual(['restore', 'focus'])
  })

  it('leaves at once when it is open already', async () => {
    await start({ isFirst: false })
    expect(calls).toEqual(['scheme', 'quit'])
  })

  it('closes without a question when nothing is under way, and remembers the window', async () => {
    await start()
    await said('load')
    const event = preventable()
    window.emit('close', event)
    expect(event.defaultPrevented).toBe(false)
    expect(openPreferences(join(folder, 'settings')).read().window).toMatchObject({ width: 1440 })
  })

  it('says why it cannot start', async () => {
    vi.stubEnv('ORGAN_MOSAIC_HOME', join(folder, 'index.html'))
    await start()
    await said('exit 1')
    expect(calls.at(-2)).toMatch(
      /^OrganMosaic cannot start: The workspace needs a writable folder .*index.html \(a file is in the way\)/,
    )
  })
})

describe('the remembered workspace', () => {
  beforeEach(() => {
    vi.stubEnv('ORGAN_MOSAIC_HOME', '')
    openPreferences(join(folder, 'settings')).update({ home: folder })
  })

  it('is used', async () => {
    await start()
    await said('load')
    expect(await (await answer(new Request(`${ORIGIN}/api/app`))).json()).toMatchObject({ home: folder })
  })

  it('is the one that was chosen in the window, from the next moment on', async () => {
    await start()
    await said('load')
    const { webContents } = window as unknown as { webContents: { mainFrame: object } }
    await ask({ sender: webContents, senderFrame: webContents.mainFrame }, { ask: 'choose-workspace' })
    const other = join(folder, 'other')
    expect(calls.slice(-2)).toEqual([`relaunch --home ${other}`, 'quit'])
    expect(openPreferences(join(folder, 'settings')).read().home).toBe(other)
  })

  it('is not replaced by an empty one when its disk is away', async () => {
    openPreferences(join(folder, 'settings')).update({ home: join(folder, 'disk/mosaic') })
    pressed = 1
    await start()
    await said('exit 1')
    expect(calls.find((call) => call.startsWith('The workspace'))).toContain(join(folder, 'disk/mosaic'))
  })
})
