// The server bundle as a stranger gets it: made, unpacked into a folder that cannot be written, and used with an empty
// environment by a user without rights. Takes minutes, so `npm run test:all` runs it.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DemoResultSchema } from '../contract/commands.ts'
import { DoctorReportSchema } from '../contract/report.ts'
import { OLDEST, readElfFiles, requireOldMachines } from '../scripts/packaging/read-elf.mjs'
import { findBrowser } from './e2e/harness/find-browser.ts'

const root = join(import.meta.dirname, '..')
const isAsked = process.env['TEST_ALL'] === '1' && process.platform === 'linux'
/** Root may write everywhere: the bundle is used by somebody who may not. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
const tinyStudy = ['--seed', '7', '--cases', '3', '--test-cases', '1', '--resolution', '0.3']
const tinyRun = [
  'network.baseChannels=2',
  'network.levels=2',
  'plan.patch=16,16,16',
  'stage1.steps=2',
  'stage2.steps=2',
]

describe.runIf(isAsked)('the server bundle (skipped: Linux only, and with TEST_ALL=1)', () => {
  let folder: string
  let bundle: string
  let home: string

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'organ-mosaic-server-')))
    // Minutes: a worker that waits for them in one call is taken for lost by its test runner.
    const begin = promisify(execFile)
    await begin(process.execPath, [join(root, 'scripts/package-server.mjs'), '--preset', '0', '--out', folder])
    const [archive] = globSync(join(folder, 'organ-mosaic-*.tar.xz'))
    await begin('tar', ['-xJf', archive, '-C', folder])
    rmSync(archive)
    bundle = globSync(join(folder, 'organ-mosaic-*'))[0]
    execFileSync('chmod', ['-R', 'a-w', bundle])
    execFileSync('chmod', ['a+rx', folder])
    home = join(folder, 'home')
    mkdirSync(home)
    if (nobody.uid !== undefined) chownSync(home, nobody.uid, nobody.gid)
  }, 1_200_000)
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+w', folder])
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (...words: string[]): ChildProcess =>
    spawn(join(bundle, 'organ-mosaic'), words, { cwd: home, env: { ORGAN_MOSAIC_HOME: join(home, 'lab') }, ...nobody })

  const run = (...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> => {
    const child = start(...words)
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (chunk) => (stdout += chunk))
    child.stderr?.on('data', (chunk) => (stderr += chunk))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
  }

  /** @returns once it has said where it is */
  async function serve(): Promise<{ child: ChildProcess; url: string }> {
    const child = start('serve')
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        const found = /OrganMosaic is at (\S+)/.exec(String(chunk))
        if (found) resolve(found[1])
      })
      child.on('error', reject)
      child.on('close', (code) => reject(new Error(`serve ended with ${code}`)))
    })
    return { child, url }
  }
  const end = (child: ChildProcess): Promise<unknown> => {
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGTERM')
    return ended
  }

  it('loads on glibc 2.28: every native file was looked into', () => {
    expect(() => requireOldMachines(bundle)).not.toThrow()
    const names = readElfFiles(bundle).map(({ path }) => path.slice(bundle.length + 1))
    const packages = 'app/node_modules'
    expect(names.sort()).toEqual([
      `${packages}/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node`,
      `${packages}/@tensorflow/tfjs-node-gpu/tensorflow/libtensorflow_cc.so.2`,
      `${packages}/@tensorflow/tfjs-node-gpu/tensorflow/libtensorflow_framework.so.2`,
      `${packages}/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
      'bin/node',
    ])
    expect(OLDEST.GLIBC).toBe('2.28')
  })

  it('names the licence of everything that is in it', () => {
    const notices = readFileSync(join(bundle, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    for (const name of [
      'TensorFlow',
      'LLVM libc++',
      'node-linux-',
      'zod ',
      'vue-router ',
      'echarts ',
      'better-sqlite3 ',
    ]) {
      expect(notices).toContain(`\n  ${name}`)
    }
    expect(notices).not.toContain('\n  vitest ')
  })

  it('holds the pages that its help names', async () => {
    const helps = await Promise.all(['places', 'train', 'study'].map((name) => run(name, '--help')))
    const pages = helps.flatMap(({ stdout }) => stdout.match(/docs\/[\w/-]+\.md/g) ?? [])
    expect(pages.length).toBeGreaterThan(3)
    expect(pages.filter((page) => !existsSync(join(bundle, page)))).toEqual([])
  })

  it('is not written to by anybody, and says its version', async () => {
    expect(statSync(join(bundle, 'app')).mode & 0o222).toBe(0)
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` })
  })

  it('examines the machine: convolutions and gradients are right', async () => {
    const { code, stdout } = await run('doctor', '--json')
    expect(code).toBe(0)
    const checks = DoctorReportSchema.parse(JSON.parse(stdout)).checks
    expect(checks.find(({ name }) => name === 'Gradients')?.status).toBe('ok')
  }, 120_000)

  it('trains, scores and exports: the demo on a tiny study', async () => {
    const { code, stdout, stderr } = await run('demo', ...tinyStudy, '--set', ...tinyRun, '--json')
    expect(stderr).not.toContain('Warning')
    expect(code).toBe(0)
    expect(DemoResultSchema.parse(JSON.parse(stdout)).table).toHaveLength(8 + 1)
  }, 600_000)

  it('is there in less than 2 s of the processor, whatever else is at work on this machine', async () => {
    const { child } = await serve()
    const seconds = processorSeconds(child.pid!)
    expect(await end(child)).toBe(0)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(2)
  }, 60_000)

  it.runIf(findBrowser())(
    'serves the page: the finished run is seen in a browser',
    async () => {
      const { child, url } = await serve()
      const browser = await chromium.launch({ executablePath: findBrowser() ?? '' })
      try {
        const page = await browser.newPage()
        await page.goto(`${url}#/runs`)
        await page.getByRole('link', { name: 'demo' }).first().waitFor()
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Runs')
      } finally {
        await browser.close()
        expect(await end(child)).toBe(0)
      }
    },
    120_000,
  )
})

/** User and system time of a process so far, which Linux counts in hundredths of a second. */
function processorSeconds(pid: number): number {
  // The name of the program comes before, between brackets, and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
