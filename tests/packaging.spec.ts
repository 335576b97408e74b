// What an installer would hold: packed by electron-builder with a dummy in place of Electron's program, without a network.
// The packed files are then used: by this project's Node, away from the repository.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
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
import { dirname, join, relative } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DoctorReportSchema } from '../contract/report.ts'
import { ensurePage } from '../scripts/open/ensure-page.mjs'
import { listPackedFiles } from '../scripts/packaging/packed-files.mjs'
import { collectNotices } from '../scripts/packaging/write-notices.mjs'

const root = join(import.meta.dirname, '..')
const TFJS = 'node_modules/@tensorflow/tfjs-node-gpu'
const NATIVE = [
  'lib/napi-v8/tfjs_binding.node',
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
]

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
      const natives = makeDummyNatives(join(folder, 'natives'))
      const packed = listPackedFiles(root, process, { window: true })
      const notices = collectNotices(root, { files: packed, natives: undefined, node: false })
      writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices)
      const words = ['--linux', '--dir', `-c.electronDist=${dummy}`, `-c.directories.output=${join(folder, 'out')}`]
      const cli = join(root, 'node_modules/electron-builder/cli.js')
      execFileSync(process.execPath, [cli, '--config', 'electron-builder.yml', ...words], {
        cwd: root,
        env: { ...process.env, ORGAN_MOSAIC_NATIVES: relative(root, natives) },
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

    it('holds exactly the listed files, of exactly the production packages, and the native part of TensorFlow', () => {
      const listed = listPackedFiles(root, process, { window: true })
      expect(holds(/^(?!node_modules\/)/).sort()).toEqual(listed.filter((path) => !path.startsWith('node_modules/')))
      // electron-builder lays the packages out anew, so that their folders may differ.
      const packagesOf = (paths: string[]): string[] =>
        [...new Set(paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort()
      expect(packagesOf(files)).toEqual(packagesOf(listed))
      expect(holds(new RegExp(`^${TFJS}/(lib|tensorflow|deps)/`)).sort()).toEqual(
        NATIVE.map((path) => `${TFJS}/${path}`),
      )
    })

    it('holds what starts it, and real files only', () => {
      for (const path of [
        'package.json',
        'LICENSE',
        'electron/shell/main.ts',
        'electron/shell/preload.cjs',
        'trainer/main.ts',
        'trainer/job-folder/heartbeat-worker.ts',
        'electron/services/places/slurm/slurm-script.ts',
        'resources/predict_onnx.py',
      ]) {
        expect(files).toContain(path)
      }
      expect(files.filter((path) => lstatSync(join(app, path)).isSymbolicLink())).toEqual([])
      expect(existsSync(join(app, '../../organ-mosaic'))).toBe(true)
    })

    it('holds no tests, no sources of the page, no tools', () => {
      expect(holds(/\.(spec|fuzz)\.ts$|^(renderer|tests|bench|docs|scripts)\//)).toEqual([])
      expect(holds(/^(contract|electron|trainer)\/.*\/(test|craft|example|fake|write-test)-[^/]*$/)).toEqual([])
      expect(
        holds(/^node_modules\/(electron|vite|vue|typescript|vitest|playwright-core|element-plus|echarts)\//),
      ).toEqual([])
      expect(holds(/\.(map|d\.ts)$/)).toEqual([])
    })

    it("holds SQLite for this machine alone, no second Node, and no link to the packer's TensorFlow", () => {
      expect(holds(/\.node$/).sort()).toEqual([
        `${TFJS}/lib/napi-v8/tfjs_binding.node`,
        `node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
      ])
      expect(holds(/^node_modules\/node-/).filter((path) => path.includes('/bin/'))).toEqual([])
    })

    it('names the licence of what is in it, also of what was built into the page', () => {
      const notices = readFileSync(join(app, '../THIRD-PARTY-NOTICES.txt'), 'utf8')
      for (const name of ['better-sqlite3 ', 'zod ', 'vue-router ', 'echarts '])
        expect(notices).toContain(`\n  ${name}`)
      expect(notices).not.toMatch(/\n {2}(vitest|typescript|electron-builder) /)
    })

    it('stays small: below 100 MB without Electron and TensorFlow', () => {
      const bytes = files.reduce((sum, path) => sum + lstatSync(join(app, path)).size, 0)
      expect(bytes / 2 ** 20).toBeLessThan(100)
    })

    it('runs: commands, and the trainer once TensorFlow is in its place', () => {
      expect(run('--version').trim()).toMatch(/^\d+\.\d+\.\d+$/)
      expect(run('datasets', '--json')).toContain('[]')
      rmSync(join(app, TFJS, 'lib'), { recursive: true })
      symlinkSync(realpathSync(join(root, TFJS, 'lib')), join(app, TFJS, 'lib'))
      const report = DoctorReportSchema.parse(JSON.parse(run('doctor', '--json')))
      expect(report.checks.find(({ name }) => name === 'Gradients')?.status).toBe('ok')
    }, 120_000)
  },
)

// electron-builder refuses a deb without them, when everything else is packed.
it('says of itself what a deb has to say', () => {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const about = JSON.parse(read('package.json')) as { homepage?: string; description?: string }
  expect(about.homepage).toMatch(/^https:\/\//)
  expect(about.description).not.toBe('')
  expect(read('electron-builder.yml')).toMatch(/^ {2}maintainer: .+ <.+@.+>$/m)
})

// Electron tells the desktop this name; where no entry is called so, a window stands beside its icon, not under it.
it('has a window that the desktop knows by its entry', () => {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const { desktopName } = JSON.parse(read('package.json')) as { desktopName?: string }
  const [, entry] = /^ {2}executableName: (\S+)$/m.exec(read('electron-builder.yml')) ?? []
  expect(desktopName).toBe(`${entry}.desktop`)
})

/** In place of what makeNatives takes minutes for; tests/server-bundle.spec.ts makes the real ones. */
function makeDummyNatives(folder: string): string {
  for (const path of NATIVE) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  return folder
}

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
