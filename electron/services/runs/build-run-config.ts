// The configuration of a run: defaults, the preset on top, then --config FILE or a page's changes, then --set key=value.
import { readFileSync } from 'node:fs'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { BUDGETS, METHODS, type Method } from '../../../contract/methods.ts'
import { PRESETS } from '../../../contract/presets.ts'
import { RunConfigSchema, type Preset, type RunConfig } from '../../../contract/run-config.ts'
import type { Compute } from '../../../contract/settings.ts'
import { describeIssues } from '../workspace/json-file.ts'
import { nearestName } from '../workspace/nearest-name.ts'

export type Tree = { [key: string]: unknown }

export type RunConfigSources = {
  preset: Preset
  /** Its settings go on top of the preset; `mutual` unless given. */
  method?: Method
  /** Where this workspace computes; it goes on top of the preset. */
  compute?: Compute
  /** What must be as in another run: it goes on top of the preset, below the file and the settings. */
  inherited?: Tree
  /** A JSON file with any part of a RunConfig. */
  configFile?: string
  /** Any part of a RunConfig, as a form gives it; it goes on top of the file. */
  changes?: Tree
  /** `key=value`, the key a dotted path such as stage1.steps. */
  settings?: readonly string[]
}

/** @throws OrganMosaicError `usage` for a setting, `invalid-config` or `not-found` for the file; both name the nearest key */
export function buildRunConfig({
  preset,
  method = 'mutual',
  compute,
  inherited = {},
  configFile,
  changes = {},
  settings = [],
}: RunConfigSources): RunConfig {
  const base = merge(settledConfig(preset, method, compute), inherited)
  const fromFile = configFile === undefined ? {} : readConfigFile(configFile)
  const fromSettings = settings.map(parseSetting).reduce(merge, {})
  return checkConfig([fromFile, changes, fromSettings].reduce(merge, base), 'usage', 'The configuration')
}

/** What a preset, a method and this workspace settle together. */
export function settledConfig(preset: Preset, method: Method, compute?: Compute): Tree {
  const config = merge(PRESETS[preset], METHODS[method].config(BUDGETS[preset]))
  return compute ? merge(config, { runtime: compute }) : config
}

/** Objects are merged key by key; everything else is replaced. */
export function merge(below: Tree, above: Tree): Tree {
  const merged: Tree = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key]
    merged[key] = isTree(old) && isTree(value) ? merge(old, value) : value
  }
  return merged
}

/** Every dotted path that can be set, with its default. */
export function configKeys(): ReadonlyMap<string, unknown> {
  const keys = new Map<string, unknown>()
  const walk = (tree: Tree, prefix: string): void => {
    for (const [key, value] of Object.entries(tree)) {
      if (isTree(value)) walk(value, `${prefix}${key}.`)
      else keys.set(prefix + key, value)
    }
  }
  walk(RunConfigSchema.parse({}), '')
  return keys
}

function parseSetting(setting: string): Tree {
  const split = setting.indexOf('=')
  const keys = configKeys()
  if (split < 1) {
    throw new OrganMosaicError('usage', `--set expects key=value, such as stage1.steps=400, and got "${setting}".`)
  }
  const key = setting.slice(0, split).trim()
  if (!keys.has(key)) {
    throw new OrganMosaicError('usage', `--set ${key}: there is no such key${nearestName(key, [...keys.keys()])}.`)
  }
  const value = parseValue(setting.slice(split + 1).trim(), keys.get(key))
  const tree = key.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Tree
  checkConfig(tree, 'usage', `--set ${setting}`)
  return tree
}

/** Numbers, true/false (on/off for switches), lists as 40,56,40 or [40,56,40], other text as it is. */
function parseValue(text: string, standard: unknown): unknown {
  if (typeof standard === 'boolean' && (text === 'on' || text === 'off')) return text === 'on'
  const list = text.includes(',') && !text.startsWith('[') ? `[${text}]` : text
  try {
    return JSON.parse(list)
  } catch {
    return text
  }
}

function readConfigFile(path: string): Tree {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new OrganMosaicError('not-found', `The configuration file ${path} cannot be read; check the path.`, { cause })
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new OrganMosaicError('invalid-config', `${path} should hold JSON and cannot be read as such.`, { cause })
  }
  if (!isTree(content)) {
    throw new OrganMosaicError(
      'invalid-config',
      `${path} should hold one JSON object, such as {"stage1":{"steps":400}}.`,
    )
  }
  checkConfig(content, 'invalid-config', path)
  return content
}

function checkConfig(tree: Tree, code: 'usage' | 'invalid-config', where: string): RunConfig {
  const parsed = RunConfigSchema.safeParse(tree)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const key = [...issue.path, issue.keys[0]].join('.')
    throw new OrganMosaicError(code, `${where}: there is no key ${key}${nearestName(key, [...configKeys().keys()])}.`)
  }
  throw new OrganMosaicError(code, `${where} cannot be used: ${describeIssues(parsed.error)}.`)
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
