import type { App, Session, WebContents } from 'electron'
import { beforeEach, describe, expect, it } from 'vitest'
import { lockDown } from './lock-down.ts'
import { ORIGIN } from './scheme.ts'
import { emitter, preventable } from './test-electron.ts'

type Answer = (granted: boolean) => void
type Decide = (contents: null, permission: string, answer: Answer, details: { requestingUrl: string }) => void
type Check = (contents: null, permission: string, origin: string) => boolean

let contents: WebContents & ReturnType<typeof emitter>
let openWindow: () => { action: string }
let decide: Decide
let check: Check
let blocked: { urls: string[]; cancel: boolean | undefined }

beforeEach(() => {
  const app = emitter<App>()
  contents = emitter<WebContents>({ setWindowOpenHandler: (handler: typeof openWindow) => void (openWindow = handler) })
  const session = {
    setPermissionRequestHandler: (handler: Decide) => void (decide = handler),
    setPermissionCheckHandler: (handler: Check) => void (check = handler),
    webRequest: {
      onBeforeRequest(
        { urls }: { urls: string[] },
        listener: (details: null, answer: (what: { cancel: boolean }) => void) => void,
      ) {
        listener(null, ({ cancel }) => void (blocked = { urls, cancel }))
      },
    },
  }
  lockDown(app, session as unknown as Session)
  app.emit('web-contents-created', {}, contents)
})

describe('the page', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('is not left by %s', (name) => {
    for (const url of ['https://example.org/', 'file:///etc/passwd', `${ORIGIN}.example.org/`, 'javascript:alert(1)']) {
      const event = preventable({ url })
      contents.emit(name, event)
      expect(event.defaultPrevented, url).toBe(true)
    }
    const own = preventable({ url: `${ORIGIN}/#/runs` })
    contents.emit(name, own)
    expect(own.defaultPrevented).toBe(false)
  })

  it('opens no windows and holds no other page', () => {
    expect(openWindow()).toEqual({ action: 'deny' })
    const event = preventable()
    contents.emit('will-attach-webview', event)
    expect(event.defaultPrevented).toBe(true)
  })

  it.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'clipboard-read',
    'display-capture',
    'usb',
    'openExternal',
  ])('may not use %s', (permission) => {
    decide(null, permission, (granted) => expect(granted).toBe(false), { requestingUrl: `${ORIGIN}/` })
    expect(check(null, permission, `${ORIGIN}/`)).toBe(false)
  })

  it('may copy text, and no other page may', () => {
    const asked: boolean[] = []
    for (const requestingUrl of [`${ORIGIN}/`, 'https://example.org/']) {
      decide(null, 'clipboard-sanitized-write', (granted) => asked.push(granted), { requestingUrl })
      asked.push(check(null, 'clipboard-sanitized-write', requestingUrl))
    }
    expect(asked).toEqual([true, true, false, false])
  })

  it('reaches no network and no files', () => {
    expect(blocked.cancel).toBe(true)
    expect(blocked.urls).toEqual(
      expect.arrayContaining(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file:///*']),
    )
  })
})
