// Running features in and out of a checkpoint.
import type { NamedArray } from '../model-files/safetensors.ts'
import type { RunningFeatures } from '../losses/organ-features.ts'

const PREFIX = 'running-feature.'

export const saveFeatures = (running: RunningFeatures): Map<string, NamedArray> =>
  new Map([...running.toTensors()].map(([key, data]) => [PREFIX + key, { shape: [data.length], data }]))

export function restoreFeatures(running: RunningFeatures, arrays: ReadonlyMap<string, NamedArray>): void {
  const own = [...arrays].filter(([name]) => name.startsWith(PREFIX))
  running.restore(new Map(own.map(([name, { data }]) => [name.slice(PREFIX.length), data])))
}
