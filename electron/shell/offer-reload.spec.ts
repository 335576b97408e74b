import type { BrowserWindow, WebContents } from 'electron'
import { expect, it } from 'vitest'
import { offerReload } from './offer-reload.ts'
import { emitter } from './test-electron.ts'

it.each([
  ['crashed', 0, ['reload']],
  ['oom', 1, ['close']],
  ['clean-exit', 0, []],
])('when the page ends (%s) and button %i is pressed', async (reason, button, expected) => {
  const done: string[] = []
  const webContents = emitter<WebContents>({ reload: () => done.push('reload') })
  offerReload(emitter<BrowserWindow>({ webContents, close: () => done.push('close') }), async () => button)
  webContents.emit('render-process-gone', {}, { reason })
  await new Promise((resolve) => setImmediate(resolve))
  expect(done).toEqual(expected)
})
