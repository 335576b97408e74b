// The methods that a run can follow: this project's two stages, and what they are compared with. Each is a choice of stages
// and settings on top of a preset; all of a preset learn from equally many patches (forward-backward passes).
import { z } from 'zod'
import type { Preset, RunConfigInput, Stages } from './run-config.ts'

export const MethodSchema = z.enum([
  'mutual',
  'mutual+',
  'separate',
  'self-training',
  'marginal',
  'marginal-exclusion',
  'label-set',
  'dodnet',
  'ms-kd',
])
export type Method = z.infer<typeof MethodSchema>

/**
 * What a person gets who names no method: the better one of both that learn mutually (docs/results/methods.md). Whoever names
 * stages without a method means the published ones.
 */
export const defaultMethod = (stages?: Stages): Method =>
  stages === undefined || stages === METHODS['mutual+'].stages ? 'mutual+' : 'mutual'

/** Patches of each dataset that a run of a preset learns from; the steps of `mutual` in presets.ts come to the same. */
export const BUDGETS: Record<Preset, number> = { quick: 960, standard: 2200, full: 80_000 }

export interface MethodEntry {
  readonly title: string
  readonly about: string
  readonly stages: Stages
  /** @param budget patches of each dataset */
  readonly config: (budget: number) => RunConfigInput
}

/** Steps of a stage, each from one patch of each dataset, and its validations, four in all. */
function steps(budget: number, share: number): { steps: number; validateEvery: number } {
  const count = Math.max(1, Math.round(budget * share))
  return { steps: count, validateEvery: Math.max(1, Math.floor(count / 4)) }
}

const off = { enabled: false }

export const METHODS: Record<Method, MethodEntry> = {
  mutual: {
    title: 'Mutual learning',
    about: 'One model a dataset; two stages in which they teach each other, as published (Liu et al. 2024).',
    stages: '1,2',
    config: () => ({}),
  },
  'mutual+': {
    title: 'Mutual learning from a shared start',
    about: 'One network learns from all datasets first; both stages start from it, shorter and gentler.',
    stages: '0,1,2',
    // One schedule over all stages: each begins at the rate that the one before ended with, and classes are balanced
    // only while organs are still to be found.
    config: (budget) => ({
      shared: { ...steps(budget, 0.8), finalLearningRate: 0.235 },
      stage1: { ...steps(budget, 0.05), learningRate: 0.235, finalLearningRate: 0.2, classBalance: 0 },
      pseudoLabels: { teachers: 'both' },
      stage2: { ...steps(budget, 0.15), learningRate: 0.235, initialise: 'shared', classBalance: 0 },
    }),
  },
  separate: {
    title: 'Separate models',
    about: 'One model a dataset, each supervised by its own labels alone; their predictions are fused.',
    stages: '1',
    config: (budget) => ({
      stage1: { ...steps(budget, 1), predictionDifference: off, featureDifference: off },
    }),
  },
  'self-training': {
    title: 'Self-training',
    about: 'Separate models label what is unlabelled; a full model a dataset learns from true and pseudo labels.',
    stages: '1,2',
    config: (budget) => ({
      stage1: { ...steps(budget, 0.5), predictionDifference: off, featureDifference: off },
      stage2: { ...steps(budget, 0.5), predictionSimilarity: off, featureSimilarity: off },
    }),
  },
  marginal: {
    title: 'One network, marginal loss',
    about: 'One network on all datasets; what a case leaves unlabelled counts as background or any of those organs.',
    stages: '0',
    config: (budget) => ({ shared: steps(budget, 1) }),
  },
  'marginal-exclusion': {
    title: 'One network, marginal and exclusion loss',
    about: 'The same, and an organ that is unlabelled must not lie where another is labelled (Shi et al. 2021).',
    stages: '0',
    config: (budget) => ({ shared: { ...steps(budget, 1), exclusion: { enabled: true } } }),
  },
  'label-set': {
    title: 'One network, label-set loss',
    about:
      'One network on all datasets; Dice of single labelled organs alone, beside the marginal loss (Fidon et al. 2021).',
    stages: '0',
    config: (budget) => ({ shared: { ...steps(budget, 1), dice: 'leaf' } }),
  },
  dodnet: {
    title: 'One network, conditional head',
    about:
      'One network on all datasets whose last layers are made anew for each dataset; their predictions are fused (Zhang et al. 2021).',
    stages: '0',
    config: (budget) => ({ shared: { ...steps(budget, 1), head: 'dynamic' } }),
  },
  'ms-kd': {
    title: 'One network, taught by separate models',
    about:
      'Separate models teach one network what its cases leave unlabelled, beside the true labels (Feng et al. 2021).',
    stages: '1,0',
    config: (budget) => ({
      stage1: { ...steps(budget, 0.5), predictionDifference: off, featureDifference: off },
      shared: { ...steps(budget, 0.5), distillation: { enabled: true } },
    }),
  },
}
