// How many cases are read at once: one a core, while what they hold fits. The largest case seen says how much that is.
import { availableParallelism, totalmem } from 'node:os'
import type { Geometry } from '../../../contract/geometry.ts'
import { voxelCount } from '../../../trainer/imaging/volume.ts'

/** The image in 16 bits, a label, the marks of what is labelled and of whose it is, and what is freed a little later. */
const BYTES_PER_VOXEL = 8
/** A dataset of large CTs stays below 1.5 GB on an ordinary workstation; a large machine may give more. */
const LEAST_BYTES = 2 ** 30
const SHARE_OF_MEMORY = 1 / 24

export interface CaseRoom {
  readonly atOnce: () => number
  readonly saw: (geometry: Geometry | null) => void
}

export function createCaseRoom(
  cores = availableParallelism(),
  bytes = Math.max(LEAST_BYTES, totalmem() * SHARE_OF_MEMORY),
): CaseRoom {
  let largest = 0
  return {
    // Two until the first is known: one is read from the disk while the other is counted.
    atOnce: () => (largest === 0 ? 2 : Math.max(2, Math.min(cores, Math.floor(bytes / largest)))),
    saw(geometry) {
      if (geometry) largest = Math.max(largest, BYTES_PER_VOXEL * voxelCount(geometry.shape))
    },
  }
}
