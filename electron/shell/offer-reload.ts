// When the page's process dies (a graphics driver, memory), the services and trainings go on: the page is offered anew.
import type { BrowserWindow } from 'electron'
import type { ClosingParts } from './ask-before-closing.ts'

export function offerReload(window: BrowserWindow, ask: ClosingParts['ask']): void {
  const offer = async (message: string): Promise<void> => {
    const choice = await ask({
      type: 'warning',
      message,
      detail: 'Nothing is lost: trainings and other work go on.',
      buttons: ['Load the page again', 'Close the window'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    if (choice === 0) window.webContents.reload()
    else window.close()
  }
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void offer(`The page has stopped working (${reason}).`)
  })
}
