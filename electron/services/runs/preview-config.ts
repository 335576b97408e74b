// A configuration before it is used: every setting with its value and where that comes from, and every problem by key.
import type { ConfigPreview, ConfigSource } from '../../../contract/api/runs.ts'
import { BUDGETS, METHODS, type Method } from '../../../contract/methods.ts'
import { PRESETS } from '../../../contract/presets.ts'
import { RunConfigSchema, type Preset } from '../../../contract/run-config.ts'
import type { Compute } from '../../../contract/settings.ts'
import { isDeepStrictEqual } from 'node:util'
import { nearestName } from '../workspace/nearest-name.ts'
import { configKeys, isTree, merge, settledConfig, type Tree } from './build-run-config.ts'

export interface PreviewSources {
  readonly preset: Preset
  readonly method: Method
  readonly changes: Tree
  readonly compute?: Compute
  /** What is taken over from the run that gives its stage 1. */
  readonly inherited?: Tree
}

export function previewConfig({ preset, method, changes, compute, inherited = {} }: PreviewSources): ConfigPreview {
  const base = merge(settledConfig(preset, method, compute), inherited)
  const parsed = RunConfigSchema.safeParse(merge(base, changes))
  const problems = parsed.success ? [] : parsed.error.issues.flatMap(toProblems)
  // With problems the others are shown as they are without the changes, and the changed ones as they were typed.
  const shown: Tree = merge(RunConfigSchema.parse(base), changes)
  const unchanged: Tree = RunConfigSchema.parse(base)
  const values = [...configKeys().keys()].map((key) => {
    const value = valueAt(shown, key)
    const before = valueAt(unchanged, key)
    const source: ConfigSource = !isDeepStrictEqual(value, before)
      ? 'changed'
      : valueAt(inherited, key) !== undefined
        ? 'stage1'
        : valueAt(METHODS[method].config(BUDGETS[preset]), key) !== undefined
          ? 'method'
          : valueAt(PRESETS[preset], key) !== undefined
            ? 'preset'
            : key.startsWith('runtime.') && isSettled(compute, key)
              ? 'settings'
              : 'default'
    return { key, value, source, unchanged: before }
  })
  return { config: parsed.success ? parsed.data : null, values, problems }
}

/** Whether the workspace's settings say something other than the default. */
function isSettled(compute: Compute | undefined, key: string): boolean {
  const settled = valueAt({ runtime: compute }, key)
  return settled !== undefined && settled !== configKeys().get(key)
}

function valueAt(tree: Tree, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, part) => (isTree(inner) ? inner[part] : undefined), tree)
}

type Issue = NonNullable<ReturnType<typeof RunConfigSchema.safeParse>['error']>['issues'][number]

function toProblems(issue: Issue): ConfigPreview['problems'] {
  const keys = [...configKeys().keys()]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const key = [...issue.path, name].join('.')
      return { key, message: `There is no setting ${key}${nearestName(key, keys)}.` }
    })
  }
  const path = issue.path.join('.')
  // A list is one setting: a problem of its second number is the setting's.
  const key = keys.find((each) => path === each || path.startsWith(`${each}.`)) ?? path
  return [{ key, message: issue.message }]
}
