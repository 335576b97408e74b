// OrganMosaic's desktop window: the same services and the same page as in a browser, behind an address that only this
// window can reach. The parts are in the files beside; nothing else in the project imports electron.
import { existsSync } from 'node:fs'
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, screen, session, shell } from 'electron'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import { createApplication } from '../hosts/api/create-application.ts'
import { describeApp, findBuiltPage } from '../hosts/api/describe-app.ts'
import { createServices } from '../services/create-services.ts'
import type { Services } from '../services/services.ts'
import { chooseHome, openWorkspace } from '../services/workspace/open-workspace.ts'
import { answerPage } from './answer-page.ts'
import { appMenu } from './app-menu.ts'
import { askBeforeClosing, askIn } from './ask-before-closing.ts'
import { readWords, withoutHome } from './command-line.ts'
import { lockDown } from './lock-down.ts'
import { offerReload } from './offer-reload.ts'
import { openWindow, windowOptions } from './open-window.ts'
import { openPreferences } from './preferences.ts'
import { registerScheme, serveScheme } from './scheme.ts'

const words = readWords(process.argv.slice(1))
const preferences = openPreferences(app.getPath('userData'))

// Electron is ready only after this file has been read: the scheme is known by then, and begin() may wait for it.
registerScheme(protocol)
if (app.requestSingleInstanceLock()) void begin()
else app.quit()

async function begin(): Promise<void> {
  try {
    await app.whenReady()
    const services = startServices()
    lockDown(app, session.defaultSession)
    serveScheme(
      protocol,
      createApplication(services, { page: findBuiltPage(), info: describeApp(services, 'electron') }),
    )
    Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(process.platform === 'darwin')))
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const window = new BrowserWindow(windowOptions(preferences.read().window, areas))
    answerPage({ ipcMain, window, dialog, shell, folders: services.folders, changeWorkspace })
    askBeforeClosing({ window, ask: askIn(dialog, window), services })
    offerReload(window, askIn(dialog, window))
    app.on('second-instance', () => bringToFront(window))
    app.on('window-all-closed', () => void end(services))
    await openWindow(window, preferences)
  } catch (thrown) {
    dialog.showErrorBox('OrganMosaic cannot start', toOrganMosaicError(thrown).message)
    app.exit(1)
  }
}

function startServices(): Services {
  const services = createServices({ home: findHome() })
  if (words.roots.length > 0) services.folders.limitTo(words.roots)
  return services
}

/** @throws OrganMosaicError `not-found` when the remembered workspace is away: an empty one in its place would mislead */
function findHome(): string {
  const named = chooseHome(words.home)
  const { home } = preferences.read()
  if (words.home !== undefined || process.env['ORGAN_MOSAIC_HOME'] || home === undefined) return named
  if (existsSync(home)) return home
  const message = `The workspace ${home} is not there, and ${named} would be used instead.`
  const detail = 'If it lies on a disk that is not connected, quit, connect it and start again.'
  const buttons = [`Use ${named}`, 'Quit']
  const choice = dialog.showMessageBoxSync({ type: 'warning', message, detail, buttons, defaultId: 1, cancelId: 1 })
  if (choice === 0) return named
  throw new OrganMosaicError('not-found', `The workspace ${home} is not there.`)
}

function changeWorkspace(home: string): void {
  openWorkspace(home)
  preferences.update({ home })
  // Named, because it wins over ORGAN_MOSAIC_HOME then.
  app.relaunch({ args: [...withoutHome(process.argv.slice(1)), '--home', home] })
  app.quit()
}

async function end(services: Services): Promise<void> {
  await services.tasks.close()
  services.close()
  app.quit()
}

function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.focus()
}
