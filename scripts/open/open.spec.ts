import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensurePage, hashSources } from './ensure-page.mjs'
import { findElectron, hasSandbox } from './find-electron.mjs'

let root: string
let said: string[]
const say = (line: string): void => void said.push(line)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'organ-mosaic-open-'))
  said = []
  for (const folder of ['contract', 'renderer/views', 'node_modules/electron/dist']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'package-lock.json'), '{}')
  writeFileSync(join(root, 'contract/a.ts'), 'a')
  writeFileSync(join(root, 'renderer/views/B.vue'), 'b')
})
afterEach(() => rmSync(root, { recursive: true }))

describe('ensurePage', () => {
  let builds = 0
  const build = async (): Promise<void> => {
    builds++
    mkdirSync(join(root, 'dist/renderer'), { recursive: true })
    writeFileSync(join(root, 'dist/renderer/index.html'), '')
  }

  it('builds when the page is missing or its sources changed, and not otherwise', async () => {
    const changes: [string, () => void, number][] = [
      ['missing', () => undefined, 1],
      ['nothing changed', () => undefined, 1],
      ['a source changed', () => writeFileSync(join(root, 'renderer/views/B.vue'), 'c'), 2],
      ['a source was renamed', () => writeFileSync(join(root, 'contract/b.ts'), 'a'), 3],
      ['a test changed', () => writeFileSync(join(root, 'contract/a.spec.ts'), 'x'), 3],
      ['packages changed', () => writeFileSync(join(root, 'package-lock.json'), '{"a": 1}'), 4],
      ['the page was removed', () => rmSync(join(root, 'dist/renderer'), { recursive: true }), 5],
    ]
    builds = 0
    for (const [what, change, expected] of changes) {
      change()
      await ensurePage(root, say, build)
      expect(builds, what).toBe(expected)
    }
    expect(said).toHaveLength(5)
  })

  it('tries again after a build that failed', async () => {
    await expect(ensurePage(root, say, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    builds = 0
    await ensurePage(root, say, build)
    expect(builds).toBe(1)
  })

  it('tells where one file ends and the next begins', () => {
    const before = hashSources(root)
    writeFileSync(join(root, 'contract/a.ts'), '')
    writeFileSync(join(root, 'renderer/views/B.vue'), 'ab')
    expect(hashSources(root)).not.toBe(before)
  })
})

describe('findElectron', () => {
  const parts = {
    env: { DISPLAY: ':0' } as NodeJS.ProcessEnv,
    platform: 'linux' as NodeJS.Platform,
    uid: 1000,
    canReach: () => Promise.resolve(false),
    download: () => undefined,
    obstacle: () => undefined,
  }
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
  const program = (name as Record<string, string>)[process.platform] ?? 'electron'
  const install = (folder = join(root, 'node_modules/electron/dist')): void => {
    mkdirSync(join(folder, program, '..'), { recursive: true })
    writeFileSync(join(folder, program), '')
  }

  it('takes the program that is there', async () => {
    install()
    expect(await findElectron(root, say, parts)).toEqual({ path: join(root, 'node_modules/electron/dist', program) })
    expect(said).toEqual([])
  })

  it('takes the one that ELECTRON_OVERRIDE_DIST_PATH names, and no other', async () => {
    const env = { ...parts.env, ELECTRON_OVERRIDE_DIST_PATH: join(root, 'other') }
    expect(await findElectron(root, say, { ...parts, env })).toHaveProperty('reason')
    install(join(root, 'other'))
    expect(await findElectron(root, say, { ...parts, env })).toEqual({ path: join(root, 'other', program) })
  })

  it('downloads it once where that works', async () => {
    const found = await findElectron(root, say, { ...parts, canReach: async () => true, download: () => install() })
    expect(found).toHaveProperty('path')
    expect(said).toEqual(['Downloading Electron, once.'])
  })

  it.each([
    ['nothing can be reached', {}, /cannot be downloaded here/],
    ['the download fails', { canReach: async () => true }, /could not be downloaded/],
    ['there is no display', { env: {} }, /no display/],
    ['the user is root', { uid: 0 }, /as root/],
  ])('says in one sentence why not: %s', async (_, change, reason) => {
    const found = await findElectron(root, say, { ...parts, ...change })
    expect(found).toEqual({ reason: expect.stringMatching(reason) })
  })

  it('says what keeps it from starting', async () => {
    install()
    const said = await findElectron(root, say, { ...parts, obstacle: () => 'It does not start.' })
    expect(said).toEqual({ reason: 'It does not start.' })
    const { obstacle: _, ...untried } = parts
    const tried = await findElectron(root, say, untried)
    // The file is empty and not executable: what the system says of it is passed on.
    expect(tried).toEqual({ reason: expect.stringMatching(/does not start \(.+\)|keeps Electron from sandboxing/) })
  })
})

describe("Chromium's sandbox", () => {
  const settings = (values: Record<string, string>) => (name: string) => values[name]

  it('is there unless the kernel denies user namespaces', () => {
    const helper = join(root, 'electron')
    expect(hasSandbox(helper, 'linux', settings({}))).toBe(true)
    expect(hasSandbox(helper, 'linux', settings({ 'kernel/apparmor_restrict_unprivileged_userns': '0' }))).toBe(true)
    expect(hasSandbox(helper, 'linux', settings({ 'kernel/apparmor_restrict_unprivileged_userns': '1' }))).toBe(false)
    expect(hasSandbox(helper, 'linux', settings({ 'kernel/unprivileged_userns_clone': '0' }))).toBe(false)
    expect(hasSandbox(helper, 'linux', settings({ 'user/max_user_namespaces': '0' }))).toBe(false)
    expect(hasSandbox(helper, 'darwin', settings({ 'user/max_user_namespaces': '0' }))).toBe(true)
  })

  it.skipIf(process.getuid?.() !== 0)('is there where its helper is setuid root (skipped unless run as root)', () => {
    writeFileSync(join(root, 'chrome-sandbox'), '', { mode: 0o755 })
    const denied = settings({ 'user/max_user_namespaces': '0' })
    expect(hasSandbox(join(root, 'electron'), 'linux', denied)).toBe(false)
    chmodSync(join(root, 'chrome-sandbox'), 0o4755)
    expect(hasSandbox(join(root, 'electron'), 'linux', denied)).toBe(true)
  })
})
