// The next smaller patch for the same network: what is left to try when the memory does not suffice.
import type { Shape } from '../../../contract/geometry.ts'
import { strideProduct, type Stride } from './patch-shape.ts'

/** What a patch needs grows with its voxels: one with so many of them leaves room. */
const SHARE = 0.6
/** Instance norm of the lowest resolution needs more than one voxel an axis. */
const FEWEST_LOWEST = 2

/**
 * The longest axes are shortened, a multiple of their total stride at a time, until at most SHARE of the voxels are
 * left. The network has no size of its own, so its weights go on with any such patch.
 * @returns null when no axis can be shortened that far
 */
export function smallerPatch(patch: Shape, strides: readonly Stride[]): Shape | null {
  const multiples = strideProduct(strides)
  const most = SHARE * patch[0] * patch[1] * patch[2]
  let [depth, height, width] = patch
  while (depth * height * width > most) {
    const size = [depth, height, width]
    const axis = [0, 1, 2]
      .filter((each) => size[each]! - multiples[each]! >= FEWEST_LOWEST * multiples[each]!)
      .sort((a, b) => size[b]! - size[a]!)[0]
    if (axis === undefined) return null
    size[axis]! -= multiples[axis]!
    ;[depth, height, width] = size as [number, number, number]
  }
  return [depth, height, width]
}
