import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defaultMethod } from '../../../contract/methods.ts'
import { PRESETS } from '../../../contract/presets.ts'
import { PresetSchema, RunConfigSchema } from '../../../contract/run-config.ts'
import { buildRunConfig, configKeys, merge } from './build-run-config.ts'

const fileWith = (content: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-')), 'config.json')
  writeFileSync(path, content)
  return path
}
const set = (...settings: string[]) => buildRunConfig({ preset: 'quick', settings })

test.each(PresetSchema.options)('preset %s is valid on its own', (preset) => {
  expect(buildRunConfig({ preset })).toEqual(RunConfigSchema.parse(PRESETS[preset]))
})

test('without a method a person gets the better one, and with stages the published one', () => {
  expect([defaultMethod(), defaultMethod('0,1,2')]).toEqual(['mutual+', 'mutual+'])
  expect([defaultMethod('1,2'), defaultMethod('1'), defaultMethod('2')]).toEqual(['mutual', 'mutual', 'mutual'])
})

test('settings win over the file, the file over what is inherited, that over the preset', () => {
  const configFile = fileWith('{"stage1":{"steps":20},"seed":3,"network":{"baseChannels":4}}')
  const inherited = { seed: 2, validation: { maxCases: 1 } }
  const config = buildRunConfig({ preset: 'quick', inherited, configFile, settings: ['stage1.steps=30'] })
  expect(config.stage1.steps).toBe(30)
  expect(config.stage1.validateEvery).toBe(PRESETS.quick.stage1?.validateEvery)
  expect(config.seed).toBe(3)
  expect(config.validation.maxCases).toBe(1)
  expect(config.network.baseChannels).toBe(4)
})

test.each([
  ['seed=7', 'seed', 7],
  ['plan.patch=16,24,24', 'plan.patch', [16, 24, 24]],
  ['plan.patch=[16, 24, 24]', 'plan.patch', [16, 24, 24]],
  ['plan.patch=auto', 'plan.patch', 'auto'],
  ['stage2.featureSimilarity.enabled=off', 'stage2.featureSimilarity.enabled', false],
  ['stage2.initialise=scratch', 'stage2.initialise', 'scratch'],
  ['optimiser.learningRate=1e-3', 'optimiser.learningRate', 0.001],
])('--set %s', (setting, path, value) => {
  const found = path.split('.').reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], set(setting))
  expect(found).toEqual(value)
})

test('every key can be set to its own default', () => {
  for (const [key, value] of configKeys()) {
    const text = Array.isArray(value) ? value.join(',') : String(value)
    expect(() => set(`${key}=${text}`), key).not.toThrow()
  }
})

describe('refusals name the place and the way out', () => {
  test.each([
    ['stage1.stpes=20', /--set stage1\.stpes: there is no such key \(did you mean stage1\.steps\?\)/],
    ['stage1=20', /--set stage1: there is no such key/],
    ['stage1.steps', /expects key=value/],
    ['stage1.steps=many', /--set stage1\.steps=many cannot be used: stage1\.steps: /],
    ['stage1.steps=0', /stage1\.steps/],
    ['stage1.steps=1.5', /stage1\.steps/],
    ['plan.patch=16,24', /plan\.patch/],
    ['stage1.supervised.enabled=maybe', /stage1\.supervised\.enabled/],
  ])('--set %s', (setting, message) => {
    expect(() => set(setting)).toThrow(message)
    expect(() => set(setting)).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  test.each([
    [
      '{"stage1":{"stpes":20}}',
      'invalid-config',
      /config\.json: there is no key stage1\.stpes \(did you mean stage1\.steps/,
    ],
    ['{"seed":-1}', 'invalid-config', /config\.json cannot be used: seed/],
    ['[1]', 'invalid-config', /should hold one JSON object/],
    ['{', 'invalid-config', /should hold JSON/],
  ])('file %s', (content, code, message) => {
    const configFile = fileWith(content)
    expect(() => buildRunConfig({ preset: 'quick', configFile })).toThrow(message)
    expect(() => buildRunConfig({ preset: 'quick', configFile })).toThrow(expect.objectContaining({ code }))
  })

  test('a file that is not there', () => {
    const configFile = '/nowhere/config.json'
    expect(() => buildRunConfig({ preset: 'quick', configFile })).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    )
  })
})

test('merge replaces lists and values, and merges objects, without touching its arguments', () => {
  const below = { a: { x: 1, y: [1, 2] }, b: 1 }
  expect(merge(below, { a: { y: [3] }, c: 2 })).toEqual({ a: { x: 1, y: [3] }, b: 1, c: 2 })
  expect(below).toEqual({ a: { x: 1, y: [1, 2] }, b: 1 })
})
