import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { ShellAnswer } from '../../contract/shell.ts'
import { createFolders, type Folders } from '../services/folders/create-folders.ts'
import { answerPage, type PageParts } from './answer-page.ts'
import { ORIGIN } from './scheme.ts'

let base: string
let folders: Folders
let opened: string[]
let chosen: string | null
let changed: string[]
let openProblem: string
let listener: (event: unknown, request: unknown) => Promise<ShellAnswer>

const mainFrame = { url: `${ORIGIN}/#/export` }
const webContents = { mainFrame }
const ask = (request: unknown, event: object = { sender: webContents, senderFrame: mainFrame }): Promise<ShellAnswer> =>
  listener(event, request)

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'organ-mosaic-shell-')))
  mkdirSync(join(base, 'root/export'), { recursive: true })
  mkdirSync(join(base, 'dropped'))
  writeFileSync(join(base, 'root/program'), '')
  folders = createFolders([join(base, 'root')])
  ;[opened, chosen, changed, openProblem] = [[], null, [], '']
  answerPage({
    ipcMain: { handle: (_channel: string, handler: typeof listener) => void (listener = handler) },
    window: { webContents } as BrowserWindow,
    dialog: { showOpenDialog: async () => ({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] }) },
    shell: { openPath: async (path: string) => (opened.push(path), openProblem) },
    folders,
    changeWorkspace(home: string) {
      if (home === join(base, 'dropped')) throw new OrganMosaicError('environment', 'It cannot be written.')
      changed.push(home)
    },
  } as unknown as PageParts)
})
afterEach(() => rmSync(base, { recursive: true }))

describe('choosing', () => {
  it('lets in what the person chose, and nothing before', async () => {
    chosen = join(base, 'dropped')
    expect(() => folders.resolve(join(base, 'dropped'))).toThrow(/lies outside/)
    expect(await ask({ ask: 'choose-folder' })).toEqual({ value: join(base, 'dropped') })
    expect(folders.resolve(join(base, 'dropped'))).toBe(join(base, 'dropped'))
  })

  it('tells that nothing was chosen', async () => {
    expect(await ask({ ask: 'choose-folder' })).toEqual({ value: null })
    expect(await ask({ ask: 'choose-workspace' })).toEqual({ value: null })
    expect(changed).toEqual([])
  })

  it('lets in what was dropped', async () => {
    expect(await ask({ ask: 'admit', path: join(base, 'dropped') })).toEqual({ value: join(base, 'dropped') })
    expect(folders.resolve(join(base, 'dropped'))).toBe(join(base, 'dropped'))
  })

  it('changes the workspace, or says why it cannot', async () => {
    chosen = join(base, 'root')
    expect(await ask({ ask: 'choose-workspace' })).toEqual({ value: chosen })
    expect(changed).toEqual([chosen])
    chosen = join(base, 'dropped')
    expect(await ask({ ask: 'choose-workspace' })).toEqual({ problem: 'It cannot be written.' })
  })
})

describe('opening a folder', () => {
  it('opens folders only, below what is allowed only', async () => {
    expect(await ask({ ask: 'show-folder', path: join(base, 'root/export') })).toEqual({ value: null })
    expect(await ask({ ask: 'show-folder', path: join(base, 'root/program') })).toMatchObject({
      problem: expect.stringMatching(/is a file/) as string,
    })
    expect(await ask({ ask: 'show-folder', path: join(base, 'dropped') })).toMatchObject({
      problem: expect.stringMatching(/lies outside/) as string,
    })
    expect(await ask({ ask: 'show-folder', path: join(base, 'root/gone') })).toMatchObject({
      problem: expect.stringMatching(/is not there/) as string,
    })
    expect(opened).toEqual([join(base, 'root/export')])
  })

  it('says when the system could not', async () => {
    openProblem = 'no file manager'
    const answer = await ask({ ask: 'show-folder', path: join(base, 'root/export') })
    expect(answer).toMatchObject({
      problem: expect.stringMatching(/could not be opened \(no file manager\)/) as string,
    })
  })
})

describe('the gate', () => {
  it.each([
    ['another window', { sender: {}, senderFrame: mainFrame }],
    ['a frame inside the page', { sender: webContents, senderFrame: { url: `${ORIGIN}/` } }],
    ['no frame', { sender: webContents, senderFrame: null }],
  ])('hears no one else: %s', async (_, event) => {
    await expect(ask({ ask: 'admit', path: '/' }, event)).rejects.toThrow('Only the page of OrganMosaic may ask this.')
    expect(() => folders.resolve('/etc')).toThrow()
  })

  it('hears the window no more once it shows another address', async () => {
    const frame = { url: 'https://example.org/' }
    const event = { sender: webContents, senderFrame: frame }
    Object.assign(webContents, { mainFrame: frame })
    await expect(ask({ ask: 'choose-folder' }, event)).rejects.toThrow(/Only the page/)
    Object.assign(webContents, { mainFrame })
  })

  it.each([
    null,
    'admit',
    {},
    { ask: 'run' },
    { ask: 'admit' },
    { ask: 'admit', path: 1 },
    { ask: 'admit', path: '/', more: 1 },
  ])('hears nothing outside the contract: %j', async (request) => expect(await ask(request)).toHaveProperty('problem'))
})
