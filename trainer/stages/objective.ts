// What a stage adds to the shared training loop: its patches' losses, and the little it remembers between steps.
import type { Patch } from '../data/patch.ts'
import type { NamedArray } from '../model-files/safetensors.ts'
import type { PatchGradients } from './differentiate.ts'
import type { StageModel } from './stage-model.ts'

export interface StepPatch {
  readonly patch: Patch
  /** Dataset that the patch comes from. */
  readonly dataset: number
  readonly own: boolean
}

/** Where in its stage a step is, and what follows from it for the supervised losses. */
export interface StageProgress {
  readonly step: number
  readonly steps: number
  /** Of the classes in the cross-entropy, see LossOptions. */
  readonly balance: number
}

export interface PatchOutcome extends PatchGradients {
  /** Dice of the organs present in the patch, by union class. */
  readonly dice: { unionClass: number; dice: number }[]
}

/** Accuracy of each model on each organ, in 0..1. */
export type AccuracyTable = Map<string, number>
export const accuracyKey = (model: number, unionClass: number): string => `${model}.${unionClass}`

/** What models learned of organs in a step, for the others; plain values, as it may go to another process. */
export interface StepNews {
  readonly features: readonly (readonly [key: string, mean: Float32Array])[]
  readonly accuracy: readonly (readonly [key: string, value: number])[]
  /** To be added to what was counted before. */
  readonly counts: readonly (readonly [key: string, times: number])[]
}

export const noNews: StepNews = { features: [], accuracy: [], counts: [] }

export interface Objective {
  /** Gradients of one patch; null when nothing in it teaches this model now. */
  learn(model: StageModel, step: StepPatch, progress: StageProgress): PatchOutcome | null
  /** How accurate each model was on validation cases just now. */
  onValidation(accuracy: AccuracyTable): void
  /** What the models of this process learned since the last call. */
  takeNews(): StepNews
  /** The news of all processes of a step, this one's among them: from now on every model knows them. */
  hear(news: readonly StepNews[]): void
  /** Counters worth a metric, e.g. how often each model was the best one; reset by the call. */
  takeCounters(): { name: string; model: number | null; unionClass: number | null; value: number }[]
  save(): { arrays: Map<string, NamedArray>; state: Record<string, unknown> }
  restore(arrays: ReadonlyMap<string, NamedArray>, state: Record<string, unknown>): void
}
