// The set-up as it runs: the cache that is never half full, the lock, the link, the script itself and the launcher.
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLinked, linkFolder } from '../scripts/setup/build-binding.mjs'
import { cacheFolder, publishFolder, removePartial } from '../scripts/setup/cache.mjs'
import { withLock } from '../scripts/setup/lock.mjs'

const root = join(import.meta.dirname, '..')
let folder = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'organ-mosaic-setup-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the cache', () => {
  it('lies where the environment says', () => {
    expect(cacheFolder({ ORGAN_MOSAIC_CACHE: '/a/b', XDG_CACHE_HOME: '/x' })).toBe('/a/b')
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/organ-mosaic')
    expect(cacheFolder({})).toMatch(/\.cache\/organ-mosaic$/)
  })

  it('publishes a folder when it is complete, once', async () => {
    const target = join(folder, 'a')
    await publishFolder(target, (partial) => {
      expect(existsSync(target)).toBe(false)
      writeFileSync(join(partial, 'file'), 'first')
    })
    await publishFolder(target, () => expect.unreachable('it is there already'))
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('first')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('shows nothing of an interrupted one, and starts afresh', async () => {
    const target = join(folder, 'a')
    const interrupted = publishFolder(target, (partial) => {
      writeFileSync(join(partial, 'half'), '')
      throw new Error('no space left')
    })
    await expect(interrupted).rejects.toThrow('no space left')
    expect(existsSync(target)).toBe(false)
    removePartial(folder)
    expect(readdirSync(folder)).toEqual([])
    await publishFolder(target, () => {})
    expect(readdirSync(target)).toEqual([])
  })
})

describe('withLock', () => {
  it('lets one work at a time and tells the other whom it waits for', async () => {
    const lock = join(folder, 'lock')
    const order: string[] = []
    const waits: string[] = []
    const first = withLock(
      lock,
      async () => {
        order.push('first begins')
        await sleep(60)
        order.push('first ends')
      },
      () => {},
      5,
    )
    const second = withLock(
      lock,
      async () => order.push('second'),
      (holder) => waits.push(holder),
      5,
    )
    await Promise.all([first, second])
    expect(order).toEqual(['first begins', 'first ends', 'second'])
    expect(waits).toEqual([`${process.pid} on ${hostname()}`])
    expect(existsSync(lock)).toBe(false)
  })

  it('releases the lock when the work fails', async () => {
    const lock = join(folder, 'lock')
    await expect(
      withLock(
        lock,
        () => Promise.reject(new Error('broken')),
        () => {},
        5,
      ),
    ).rejects.toThrow('broken')
    expect(existsSync(lock)).toBe(false)
  })

  it('takes over from a process that died', async () => {
    const lock = join(folder, 'lock')
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(lock, `${pid} on ${hostname()}`)
    expect(
      await withLock(
        lock,
        async () => 'done',
        () => expect.unreachable('nobody holds it'),
        5,
      ),
    ).toBe('done')
  })
})

describe('linkFolder', () => {
  it.each([
    ['nothing', () => {}],
    ['a folder', (link: string) => cpSync(join(root, 'scripts', 'setup'), link, { recursive: true })],
    ['a link', (link: string) => linkFolder(link, tmpdir())],
    ['a link to nowhere', (link: string) => linkFolder(link, '/nowhere')],
  ])('replaces %s', (_name, before) => {
    const link = join(folder, 'link')
    const target = join(folder, 'target')
    mkdirSync(target)
    before(link)
    expect(isLinked(link, target)).toBe(false)
    linkFolder(link, target)
    expect(isLinked(link, target)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['link', 'target'])
  })
})

describe('scripts/setup.mjs', () => {
  const setUp = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), ...args], { env, encoding: 'utf8' })

  it('says nothing when everything is in place, and soon', () => {
    expect(setUp(process.env, '--quiet').status).toBe(0)
    const start = performance.now()
    expect(setUp(process.env, '--quiet')).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it.skipIf(process.platform !== 'linux')('names what is missing, on stderr, and leaves no half-made cache', () => {
    const result = setUp({ PATH: folder, ORGAN_MOSAIC_CACHE: join(folder, 'cache'), ORGAN_MOSAIC_TENSORFLOW: 'cpu' })
    expect(result).toMatchObject({ status: 1, stdout: '' })
    expect(result.stderr).toMatch(/^setup: No Python 3 was found .*\n.*sudo apt-get install -y python3 python3-pip/m)
    expect(result.stderr).not.toContain(' at ')
    expect(readdirSync(join(folder, 'cache'))).toEqual([])
  })
})

describe('bin/organ-mosaic.mjs', () => {
  const launcher = () => join(folder, 'bin/organ-mosaic.mjs')
  beforeEach(() => {
    for (const file of [
      'bin/organ-mosaic.mjs',
      ...['find-node', 'launch', 'setup-error'].map((name) => `scripts/setup/${name}.mjs`),
    ]) {
      cpSync(join(root, file), join(folder, file))
    }
  })
  const writeMain = (source: string) => {
    const main = join(folder, 'electron/hosts/cli/main.ts')
    mkdirSync(dirname(main), { recursive: true })
    writeFileSync(main, source)
  }

  it('hands over arguments, output and exit code', () => {
    writeMain('console.log(JSON.stringify(process.argv.slice(2)))\nprocess.exit(7 as number)')
    const result = spawnSync(process.execPath, [launcher(), 'run', '--json', 'a b'], { encoding: 'utf8' })
    expect(result).toMatchObject({ status: 7, stdout: '["run","--json","a b"]\n', stderr: '' })
  })

  it('hands over signals', async () => {
    writeMain("process.on('SIGTERM', () => process.exit(5))\nconsole.log('ready')\nsetInterval(() => {}, 1000)")
    const child = spawn(process.execPath, [launcher()], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => child.kill('SIGTERM'))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(5)
  })
})
