import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { browserProgram, openBrowser } from './open-browser.ts'

it('is no failure where there is no such program', async () => {
  expect(await openBrowser('http://127.0.0.1:1/', ['a-program-that-is-not-there'])).toBe(false)
})

it('hands the address over as one word, whatever is in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-browser-'))
  const program = join(folder, 'browser.sh')
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > '${folder}/part' && mv '${folder}/part' '${folder}/url'\n`)
  chmodSync(program, 0o755)
  const url = 'http://127.0.0.1:1/?token=a&b=$(id)'
  try {
    expect(await openBrowser(url, [program])).toBe(true)
    await expect.poll(() => existsSync(join(folder, 'url'))).toBe(true)
    expect(readFileSync(join(folder, 'url'), 'utf8')).toBe(url)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('knows how each system opens addresses', () => {
  expect(browserProgram('linux')).toEqual(['xdg-open'])
  expect(browserProgram('darwin')).toEqual(['open'])
  expect(browserProgram('win32')[0]).toBe('rundll32')
})
