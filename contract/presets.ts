// The presets: partial configurations on top of the defaults of run-config.ts. --config and --set go on top of them.
import type { Preset, RunConfigInput } from './run-config.ts'

export const PRESETS: Record<Preset, RunConfigInput> = {
  /** Minutes on two cores: shows that everything works and which organs are hard. */
  quick: {
    plan: { maxPatchVoxels: 40_000, maxMedianVoxels: 150_000 },
    network: { baseChannels: 8 },
    validation: { maxCases: 2 },
    stage1: { steps: 300, validateEvery: 100 },
    stage2: { steps: 250, validateEvery: 125 },
  },
  /** An hour or so on two cores: numbers worth comparing. */
  standard: {
    network: { baseChannels: 16 },
    stage1: { steps: 1500, validateEvery: 250 },
    stage2: { steps: 1500, validateEvery: 250 },
  },
  /** For a GPU. */
  full: {
    plan: { maxPatchVoxels: 500_000, maxMedianVoxels: 4_000_000 },
    network: { baseChannels: 32, maxChannels: 320, deepSupervision: true },
    stage1: { steps: 20_000, validateEvery: 1000 },
    stage2: { steps: 20_000, validateEvery: 1000 },
  },
}
