// The trainer with a GPU runtime, on machines without a card: the driver's tool is a script that tells of one, and the
// runtime is the application's own TensorFlow, laid out as an installed one.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GPU_BUILD } from './gpu-build.ts'
import { bindingFile, chooseGpuRuntime, dataFolder, factsFile, computesOnCards } from './gpu-runtime.ts'
import { isCudaBuild } from './installation.ts'

const own = realpathSync(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'),
)
let home: string
let folder: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'organ-mosaic-runtime-'))
  folder = join(home, 'gpu-runtime')
  mkdirSync(dirname(bindingFile(folder)), { recursive: true })
  symlinkSync(join(dirname(own), '../../tensorflow'), join(folder, 'tensorflow'))
  const facts = { tensorflow: GPU_BUILD.tensorflow, files: [], proof: null }
  writeFileSync(factsFile(folder), JSON.stringify(facts))
  mkdirSync(join(home, 'bin'))
  const card = '0, GPU-1234, NVIDIA L4, 23034, 1'
  writeFileSync(join(home, 'bin/nvidia-smi'), `#!/bin/sh\necho '${card}'\n`, { mode: 0o755 })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** @returns which binding a trainer loads, and what it computes */
function load(): { bindings: string[]; sum: number } {
  const script = `
    const { tf } = await import(${JSON.stringify(join(import.meta.dirname, '../tensor/tensorflow.ts'))})
    const sum = tf.conv3d(tf.ones([1, 3, 3, 3, 1]), tf.ones([3, 3, 3, 1, 1]), 1, 'valid').dataSync()[0]
    const { readFileSync } = await import('node:fs')
    const bindings = [...new Set(readFileSync('/proc/self/maps', 'utf8').match(/\\/.*tfjs_binding\\.node/g))]
    console.log(JSON.stringify({ bindings, sum }))`
  const path = `${join(home, 'bin')}${delimiter}${process.env['PATH']}`
  const env = { ...process.env, PATH: path, ORGAN_MOSAIC_DATA: home }
  const words = ['--input-type=module', '--eval', script]
  const text = execFileSync(process.execPath, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return JSON.parse(text) as { bindings: string[]; sum: number }
}

it.runIf(process.platform === 'linux')(
  'is loaded in place of the own TensorFlow where there is a card',
  () => {
    cpSync(own, bindingFile(folder))
    expect(load()).toEqual({ bindings: [bindingFile(folder)], sum: 27 })
  },
  120_000,
)

it('is chosen where there is a card that it may use, and only in this version', () => {
  const { PATH } = process.env
  const choose = (more = {}): string | null => chooseGpuRuntime({ ORGAN_MOSAIC_DATA: home, ...more })
  const facts = readFileSync(factsFile(folder), 'utf8')
  process.env['PATH'] = join(home, 'bin')
  try {
    expect(choose()).toBe(folder)
    expect(computesOnCards({ ORGAN_MOSAIC_DATA: home })).toBe(true)
    // A card alone computes nothing, and nothing is to be said of its kernels.
    expect(computesOnCards({ ORGAN_MOSAIC_DATA: join(home, 'elsewhere') })).toBe(isCudaBuild())
    expect(choose({ CUDA_VISIBLE_DEVICES: '-1' })).toBeNull()
    writeFileSync(factsFile(folder), facts.replace(GPU_BUILD.tensorflow, '2.20.0'))
    expect(choose()).toBeNull()
    // Cut off by a full disk or a loss of power.
    writeFileSync(factsFile(folder), facts.slice(0, 20))
    expect(choose()).toBeNull()
    writeFileSync(factsFile(folder), facts)
    rmSync(join(home, 'bin/nvidia-smi'))
    expect(choose()).toBeNull()
  } finally {
    process.env['PATH'] = PATH
  }
})

it('says what to do when it cannot be loaded', () => {
  writeFileSync(bindingFile(folder), 'no library')
  expect(() => load()).toThrow(/could not be loaded[\s\S]*organ-mosaic gpu remove/)
}, 120_000)

it('lies in the data folder of the person', () => {
  expect(dataFolder({}, '/home/a')).toBe('/home/a/.local/share/organ-mosaic')
  expect(dataFolder({ XDG_DATA_HOME: '/data/a' }, '/home/a')).toBe('/data/a/organ-mosaic')
  expect(dataFolder({ ORGAN_MOSAIC_DATA: '/big' }, '/home/a')).toBe('/big')
  expect(dataFolder({}, '')).toBe('')
})
