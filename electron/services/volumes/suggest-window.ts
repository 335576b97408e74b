// The grey values to show first: soft tissue for a CT, what the image is made of for everything else.
import type { Modality } from '../../../contract/channel.ts'
import { percentiles } from '../../../trainer/imaging/statistics.ts'
import type { StoredArray } from './to-stored.ts'

const SOFT_TISSUE = { centre: 40, width: 400 }
/** A CT whose darkest value is above this is not in Hounsfield units. */
const AIR = -500

export interface ValueLine {
  readonly slope: number
  readonly intercept: number
}

/** @param sample some of the stored voxels @param darkest lowest stored voxel of all */
export function suggestWindow(
  sample: StoredArray,
  darkest: number,
  modality: Modality,
  { slope, intercept }: ValueLine,
): { centre: number; width: number } {
  if (modality === 'CT' && darkest * slope + intercept <= AIR) return SOFT_TISSUE
  const shown = sample.filter((value) => value > darkest)
  const [low, high] = shown.length > 0 ? percentiles(shown, [0.02, 0.995]) : [darkest, darkest + 1]
  const [from, to] = [low * slope + intercept, high * slope + intercept]
  return { centre: (from + to) / 2, width: Math.max(to - from, Math.abs(slope)) }
}
