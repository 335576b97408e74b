// What an installer would hold: packed by electron-builder with a dummy in place of Electron's program, without a network.
// The packed files are then used: by this project's Node, away from the repository.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DoctorReportSchema } from '../contract/report.ts'
import { ensurePage } from '../scripts/open/ensure-page.mjs'

const root = join(import.meta.dirname, '..')
const TFJS = 'node_modules/@tensorflow/tfjs-node-gpu'

describe.skipIf(process.platform !== 'linux')(
  'the packed application (skipped: the dummy Electron is one for Linux)',
  () => {
    let folder: string
    let app: string
    let files: string[]

    beforeAll(async () => {
      await ensurePage(root, console.log)
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'organ-mosaic-package-')))
      const dummy = makeDummyElectron(join(folder, 'electron'))
      const words = ['--linux', '--dir', `-c.electronDist=${dummy}`, `-c.directories.output=${join(folder, 'out')}`]
      execFileSync(process.execPath, [join(root, 'node_modules/electron-builder/cli.js'), ...words], {
        cwd: root,
        stdio: 'pipe',
      })
      app = globSync('out/*/resources/app', { cwd: folder }).map((path) => join(folder, path))[0]
      files = globSync('**/*', { cwd: app }).filter((path) => !lstatSync(join(app, path)).isDirectory())
    }, 180_000)
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const holds = (pattern: RegExp): string[] => files.filter((path) => pattern.test(path))
    const run = (...words: string[]): string => {
      const env = { PATH: '', HOME: folder, ORGAN_MOSAIC_HOME: join(folder, 'home') }
      const main = join(app, 'electron/hosts/cli/main.ts')
      return execFileSync(process.execPath, [main, ...words], { cwd: folder, env, encoding: 'utf8' })
    }

    it('holds what starts it, and real files only', () => {
      for (const path of [
        'package.json',
        'LICENSE',
        'electron/shell/main.ts',
        'electron/shell/preload.cjs',
        'trainer/main.ts',
      ]) {
        expect(files).toContain(path)
      }
      expect(files.filter((path) => lstatSync(join(app, path)).isSymbolicLink())).toEqual([])
    })

    it('holds no tests, no sources of the page, no tools', () => {
      expect(holds(/\.(spec|fuzz)\.ts$|^(renderer|tests|bench|docs|scripts)\//)).toEqual([])
      expect(
        holds(/^node_modules\/(electron|vite|vue|typescript|vitest|playwright-core|element-plus|echarts)\//),
      ).toEqual([])
      expect(holds(/\.(map|d\.ts)$/)).toEqual([])
    })

    it("holds SQLite for this machine alone, no second Node, and no link to the packer's TensorFlow", () => {
      expect(holds(/\.node$/)).toEqual([
        `node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
      ])
      expect(holds(/^node_modules\/node-/).filter((path) => path.includes('/bin/'))).toEqual([])
      expect(holds(/tfjs-node-gpu\/(lib|deps)\//)).toEqual([])
    })

    it('stays small: below 100 MB without Electron and TensorFlow', () => {
      const bytes = files.reduce((sum, path) => sum + lstatSync(join(app, path)).size, 0)
      expect(bytes / 2 ** 20).toBeLessThan(100)
    })

    it('runs: commands, and the trainer once TensorFlow is beside it', () => {
      expect(run('--version').trim()).toMatch(/^\d+\.\d+\.\d+$/)
      expect(run('datasets', '--json')).toContain('[]')
      symlinkSync(realpathSync(join(root, TFJS, 'lib')), join(app, TFJS, 'lib'))
      const report = DoctorReportSchema.parse(JSON.parse(run('doctor', '--json')))
      expect(report.checks.find(({ name }) => name === 'Gradients')?.status).toBe('ok')
    }, 120_000)
  },
)

/** What electron-builder looks for in an unpacked Electron. */
function makeDummyElectron(folder: string): string {
  for (const part of ['locales', 'resources']) mkdirSync(join(folder, part), { recursive: true })
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak']) writeFileSync(join(folder, name), '')
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as {
    version: string
  }
  writeFileSync(join(folder, 'version'), version)
  writeFileSync(join(folder, 'electron'), '#!/bin/sh\n')
  chmodSync(join(folder, 'electron'), 0o755)
  return folder
}
