// Answers what the page asks of the desktop. One gate: only the window's own page is heard, and only in the contract's
// words.
import { statSync } from 'node:fs'
import type { BrowserWindow, Dialog, IpcMain, IpcMainInvokeEvent, Shell } from 'electron'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import { SHELL_CHANNEL, ShellRequestSchema, type ShellAnswer, type ShellRequest } from '../../contract/shell.ts'
import type { Folders } from '../services/folders/create-folders.ts'
import { isOwnAddress } from './scheme.ts'

export interface PageParts {
  readonly ipcMain: Pick<IpcMain, 'handle'>
  readonly window: BrowserWindow
  readonly dialog: Pick<Dialog, 'showOpenDialog'>
  readonly shell: Pick<Shell, 'openPath'>
  readonly folders: Pick<Folders, 'allow' | 'resolve'>
  /** The person chose another workspace. @throws OrganMosaicError when it cannot be one */
  readonly changeWorkspace: (home: string) => void
}

export function answerPage(parts: PageParts): void {
  parts.ipcMain.handle(SHELL_CHANNEL, async (event, given: unknown) => {
    refuseStrangers(event, parts.window)
    try {
      return { value: await answer(ShellRequestSchema.parse(given), parts) } satisfies ShellAnswer
    } catch (thrown) {
      return { problem: toOrganMosaicError(thrown).message } satisfies ShellAnswer
    }
  })
}

function refuseStrangers({ sender, senderFrame }: IpcMainInvokeEvent, window: BrowserWindow): void {
  const isOwn = sender === window.webContents && senderFrame === window.webContents.mainFrame
  if (!isOwn || !isOwnAddress(senderFrame.url)) throw new Error('Only the page of OrganMosaic may ask this.')
}

async function answer(request: ShellRequest, parts: PageParts): Promise<string | null> {
  switch (request.ask) {
    case 'choose-folder':
      return admit(await chooseFolder(parts, 'Choose a folder'), parts.folders)
    case 'admit':
      return admit(request.path, parts.folders)
    case 'show-folder':
      await showFolder(request.path, parts)
      return null
    case 'choose-workspace': {
      const home = await chooseFolder(parts, 'Choose the folder of a workspace, or an empty one')
      if (home !== null) parts.changeWorkspace(home)
      return home
    }
  }
}

async function chooseFolder({ dialog, window }: PageParts, title: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title,
    properties: ['openDirectory', 'createDirectory'],
  })
  return canceled ? null : (filePaths[0] ?? null)
}

/** What a person chose or dropped, the page may name from now on. */
function admit(path: string | null, folders: PageParts['folders']): string | null {
  if (path !== null) folders.allow(path)
  return path
}

/** Folders only: the system would start a program that is opened. */
async function showFolder(path: string, { folders, shell }: PageParts): Promise<void> {
  const folder = folders.resolve(path)
  if (!statSync(folder).isDirectory()) {
    throw new OrganMosaicError('usage', `${folder} is a file; only folders are opened in the file manager.`)
  }
  const problem = await shell.openPath(folder)
  if (problem !== '') throw new OrganMosaicError('environment', `${folder} could not be opened (${problem}).`)
}
