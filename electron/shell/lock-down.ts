// Keeps the window to its own page: it goes nowhere else, opens nothing, may use no device, and nothing leaves it.
import type { App, Event, Session, WebContents } from 'electron'
import { isOwnAddress } from './scheme.ts'

/** The one thing a page needs permission for here: the button that copies a folder's path. */
const PERMITTED = 'clipboard-sanitized-write'

export function lockDown(
  app: Pick<App, 'on'>,
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'webRequest'>,
): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(permission === PERMITTED && isOwnAddress(requestingUrl)),
  )
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === PERMITTED && isOwnAddress(origin.replace(/\/$/, '')),
  )
  // The page's policy forbids it already; this holds for whatever might come around it.
  const urls = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file:///*']
  session.webRequest.onBeforeRequest({ urls }, (_details, answer) => answer({ cancel: true }))
}

function lockContents(contents: WebContents): void {
  const stay = (event: Event<{ url: string }>): void => {
    if (!isOwnAddress(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
