// What is asked of the threads that read volumes: what a folder holds, the facts of a case, or a picture of one.
import type { LabelSource } from '../../../contract/case.ts'
import type { DatasetRole, FolderReading } from '../../../contract/dataset.ts'
import type { SettledOverlap } from '../../../contract/overlap-rule.ts'
import type { DetectedFolder } from './detect-folder.ts'
import type { FoundCase } from './layouts/layout.ts'
import type { CaseReading } from './read-changed-case.ts'

export interface DetectJob {
  readonly kind: 'detect'
  readonly root: string
  readonly role: DatasetRole
  readonly reading: FolderReading
}

export interface InspectJob {
  readonly kind: 'inspect'
  readonly root: string
  readonly found: FoundCase
  /** Of what is known of the case; null for nothing */
  readonly signature: string | null
  /** Of the workspace: the image's first planes are kept there. */
  readonly cacheFolder: string
}

export interface DrawJob {
  readonly kind: 'draw'
  readonly root: string
  readonly image: string
  readonly labels: readonly LabelSource[]
  readonly overlaps?: readonly SettledOverlap[] | undefined
  /** Label key -> #rrggbb; others are not drawn */
  readonly colors: Readonly<Record<string, string>>
  /** CT is shown in a soft tissue window, anything else by its own range */
  readonly ct: boolean
  /** Pixels along the longer side */
  readonly size: number
}

export type VolumeJob = DetectJob | InspectJob | DrawJob

export interface VolumeRequest {
  readonly job: VolumeJob
  /** That may work on it at once: its share of the cores */
  readonly threads: number
}

interface Results {
  readonly detect: DetectedFolder
  readonly inspect: CaseReading
  readonly draw: Uint8Array
}
export type VolumeResult<Job extends VolumeJob> = Results[Job['kind']]

/** An error loses its class and code on its way between threads. */
export interface VolumeFailure {
  readonly code: string
  readonly message: string
  readonly details: Record<string, unknown>
}
