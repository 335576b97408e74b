// Settings that earlier versions wrote into run.json and that nothing reads any more.
const RETIRED: readonly (readonly [group: string, key: string])[] = [
  // Patches of other datasets a step; since then a step is one patch (docs/decisions/0006-one-patch-at-a-time.md).
  ['stage1', 'foreign'],
  ['stage2', 'foreign'],
]

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A stored configuration without them, so that runs of earlier versions can be read; what else is unknown is refused. */
export function withoutRetiredKeys(config: unknown): unknown {
  if (!isRecord(config)) return config
  const kept: Record<string, unknown> = { ...config }
  for (const [group, key] of RETIRED) {
    const settings = kept[group]
    if (!isRecord(settings) || !(key in settings)) continue
    kept[group] = Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key))
  }
  return kept
}
