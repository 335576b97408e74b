// Where a layer and the truth differ most: one number a slice, and the slice with the highest.
import type { Shape } from '../../contract/geometry.ts'
import { planeAxes, type Plane } from './planes.ts'
import type { StoredArray } from './volume.ts'

export interface Compared {
  readonly data: StoredArray
  /** Values to a common number for the same organ; 0 for what the other layer cannot say. */
  readonly organOf: Int32Array
}

/**
 * @param a,b [depth, height, width], compared voxel by voxel after organOf
 * @returns differing voxels of every slice of the plane
 */
export function differencesBySlice(a: Compared, b: Compared, shape: Shape, plane: Plane): Uint32Array {
  const { across } = planeAxes[plane]
  const [depth, height, width] = shape
  const counts = new Uint32Array(shape[across])
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, at++) {
        const [left, right] = [a.data[at], b.data[at]]
        if (left === 0 && right === 0) continue
        if (a.organOf[left] !== b.organOf[right]) counts[across === 0 ? k : across === 1 ? j : i]++
      }
    }
  }
  return counts
}

/** @returns the first slice with the most differences; null without any */
export function worstSlice(counts: Uint32Array): number | null {
  let worst = 0
  for (let slice = 1; slice < counts.length; slice++) if (counts[slice] > counts[worst]) worst = slice
  return counts[worst] ? worst : null
}
