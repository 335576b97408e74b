// What the leading process and the others send each other, over the channel that Node gives parent and child.
import type { Device } from '../../contract/device.ts'
import type { ErrorReport } from '../../contract/errors.ts'
import type { NamedArray } from '../model-files/safetensors.ts'
import type { StageSetup } from '../stages/train-stage.ts'

/** All that a process needs to train its share; the study is made anew from the job in `patches`. */
export interface PeerStart extends Omit<StageSetup, 'study' | 'journal' | 'progress'> {
  readonly rank: number
  readonly size: number
  /** Models of this process, from 0. */
  readonly indices: readonly number[]
  /** Their weights, as the stage begins with them, by parameter name. */
  readonly weights: readonly ReadonlyMap<string, NamedArray>[]
}

export type ToPeer = { type: 'start'; start: PeerStart } | { type: 'values'; values: unknown[] }

export type FromPeer =
  { type: 'device'; device: Device } | { type: 'value'; value: unknown } | { type: 'failure'; report: ErrorReport }
