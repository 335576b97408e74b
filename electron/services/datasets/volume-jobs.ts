// What is asked of the threads that read volumes: the facts of a case, or a picture of one.
import type { LabelSource } from '../../../contract/dataset.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FoundCase } from './layouts/layout.ts'

export interface InspectJob {
  readonly kind: 'inspect'
  readonly root: string
  readonly found: FoundCase
  /** Of the workspace: the image's first planes are kept there. */
  readonly cacheFolder: string
}

export interface DrawJob {
  readonly kind: 'draw'
  readonly root: string
  readonly image: string
  readonly labels: readonly LabelSource[]
  /** Label key -> #rrggbb; others are not drawn */
  readonly colors: Readonly<Record<string, string>>
  /** CT is shown in a soft tissue window, anything else by its own range */
  readonly ct: boolean
  /** Pixels along the longer side */
  readonly size: number
}

export type VolumeJob = InspectJob | DrawJob
export type VolumeResult<Job extends VolumeJob> = Job extends InspectJob ? CaseFacts : Uint8Array

/** An error loses its class and code on its way between threads. */
export interface VolumeFailure {
  readonly code: string
  readonly message: string
  readonly details: Record<string, unknown>
}
