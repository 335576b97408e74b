// The presets: partial configurations on top of the defaults of run-config.ts. --config and --set go on top of them.
import type { Preset, RunConfigInput } from './run-config.ts'

export const PRESETS: Record<Preset, RunConfigInput> = {
  /** Minutes on two cores: shows that everything works and which organs are hard. */
  quick: {
    plan: { maxPatchVoxels: 64_000, maxMedianVoxels: 64_000 },
    network: { baseChannels: 8 },
    validation: { maxCases: 2 },
    stage1: { steps: 480, validateEvery: 120 },
    stage2: { steps: 480, validateEvery: 120 },
  },
  /** An hour or so on two cores: numbers worth comparing. */
  standard: {
    plan: { maxPatchVoxels: 90_000, maxMedianVoxels: 200_000 },
    network: { baseChannels: 12 },
    validation: { maxCases: 3 },
    stage1: { steps: 1200, validateEvery: 300 },
    stage2: { steps: 1000, validateEvery: 250 },
  },
  /** For a GPU. */
  full: {
    plan: { maxPatchVoxels: 500_000, maxMedianVoxels: 4_000_000 },
    network: { baseChannels: 32, maxChannels: 320 },
    stage1: { steps: 40_000, validateEvery: 2000 },
    stage2: { steps: 40_000, validateEvery: 2000 },
  },
}
