// What the data worker and the training loop say to each other. Plain data: it crosses a thread boundary.
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import type { TrainJob } from '../../contract/job.ts'
import type { ClassSet } from '../labels/label-sets.ts'

/** Which patch: everything random about it is a pure function of the seed and this. */
export interface PatchRequest {
  readonly stage: StageNumber
  readonly step: number
  /** Index of the model that learns from it. */
  readonly model: number
  readonly slot: number
  /** Sampled over all organs of the case, pseudo labels included; else a foreign one, centred on its true labels. */
  readonly own: boolean
  readonly dataset: number
}

export interface Patch {
  /** [channels, V] normalised intensities, V = D*H*W of the plan's patch */
  readonly image: Float32Array<ArrayBuffer>
  /** [V] index into sets */
  readonly codes: Int32Array<ArrayBuffer>
  /** Classes of the union that a code may be; foreign patches know true labels only */
  readonly sets: readonly ClassSet[]
  readonly caseId: string
}

export interface PatchSetup {
  readonly seed: number
  readonly shape: Shape
  readonly spacingMm: Spacing
  readonly augmentation: RunConfig['augmentation']
  readonly foreground: number
  readonly cacheMb: number
  readonly job: Pick<TrainJob, 'organs' | 'vocabulary' | 'datasets'>
  /** Per dataset: the training cases. */
  readonly cases: readonly (readonly TrainingCaseEntry[])[]
}

export interface TrainingCaseEntry {
  readonly caseId: string
  /** Folder of the preprocessed case. */
  readonly folder: string
  /** Folder of its pseudo labels; null in stage 1. */
  readonly pseudoFolder: string | null
  /** Union classes present in the true labels, and in true and pseudo labels. */
  readonly trueClasses: ClassSet
  readonly allClasses: ClassSet
  /** Classes whose pseudo labels a reviewer refused in this case. */
  readonly rejectedClasses: ClassSet
}
