import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'
import { SHELL_CHANNEL, ShellRequestSchema, type Shell, type ShellAnswer } from '../../contract/shell.ts'

interface Dropped {
  readonly path: string
}

let page: Shell<Dropped>
let asked: unknown[]
let answer: ShellAnswer

beforeEach(() => {
  asked = []
  answer = { value: null }
  const exposed: Record<string, unknown> = {}
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, surface: unknown) => void (exposed[name] = surface) },
    ipcRenderer: {
      async invoke(channel: string, request: unknown) {
        expect(channel).toBe(SHELL_CHANNEL)
        // Plain data is all that crosses between processes.
        asked.push(ShellRequestSchema.parse(JSON.parse(JSON.stringify(request))))
        return answer
      },
    },
    webUtils: { getPathForFile: ({ path }: Dropped) => path },
  }
  const required: string[] = []
  const require = (name: string): unknown => (required.push(name), electron)
  runInNewContext(readFileSync(join(import.meta.dirname, 'preload.cjs'), 'utf8'), { require, Error })
  expect(required).toEqual(['electron'])
  expect(Object.keys(exposed)).toEqual(['organMosaic'])
  page = exposed['organMosaic'] as Shell<Dropped>
})

describe('the surface of the desktop', () => {
  it('is what the contract says, and asks in its words', async () => {
    expect(Object.keys(page).sort()).toEqual(['chooseFolder', 'chooseWorkspace', 'pathOf', 'showFolder'])
    answer = { value: '/data/site-a' }
    expect(await page.chooseFolder()).toBe('/data/site-a')
    expect(await page.pathOf({ path: '/data/site-a' })).toBe('/data/site-a')
    await page.showFolder('/data/export')
    await page.chooseWorkspace()
    expect(asked).toEqual([
      { ask: 'choose-folder' },
      { ask: 'admit', path: '/data/site-a' },
      { ask: 'show-folder', path: '/data/export' },
      { ask: 'choose-workspace' },
    ])
  })

  it('knows no place of a file that the page made', async () => {
    expect(await page.pathOf({ path: '' })).toBeNull()
    expect(asked).toEqual([])
  })

  it('passes a problem on as an error', async () => {
    answer = { problem: 'There is no such folder.' }
    await expect(page.showFolder('/gone')).rejects.toThrow(/^There is no such folder\.$/)
  })
})
