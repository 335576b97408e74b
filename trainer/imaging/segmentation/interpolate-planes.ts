// A slice between two contour planes: shape-based interpolation (Raya and Udupa 1990), the distances to both outlines mixed
// by how far the slice is from each. A circle that shrinks from plane to plane does so in between too.
import type { Spacing } from '../../../contract/geometry.ts'
import { squaredDistancesMm } from '../edt.ts'

export interface PlaneMask {
  /** [height, width], 1 inside */
  readonly data: Uint8Array
  readonly height: number
  readonly width: number
}

/**
 * Outlines that move further than they are wide vanish between two planes. What keeps less than this share of the smaller
 * of both is not what anybody drew.
 */
const LEAST_SHARE = 0.75

/**
 * @param share how far the slice is from the first plane to the second, 0 to 1
 * @param spacingMm of the planes, down and across
 * @returns [height, width]; the closer plane where the outlines lie too far apart to say what is between
 */
export function interpolatePlanes(
  first: PlaneMask,
  second: PlaneMask,
  share: number,
  spacingMm: readonly [number, number],
): Uint8Array {
  const { height, width } = first
  const between = new Uint8Array(height * width)
  const box = boxAround(first, second)
  if (!box) return between
  const [a, b] = [first, second].map((mask) => signedDistances(cropped(mask, box), box, spacingMm))
  let count = 0
  for (let row = box.top; row < box.bottom; row++) {
    for (let column = box.left; column < box.right; column++) {
      const at = (row - box.top + 1) * (box.right - box.left + 2) + column - box.left + 1
      if ((1 - share) * a[at] + share * b[at] < 0) continue
      between[row * width + column] = 1
      count++
    }
  }
  const least = LEAST_SHARE * Math.min(areaOf(first.data), areaOf(second.data))
  return count > 0 && count >= least ? between : share <= 0.5 ? first.data : second.data
}

interface Box {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Around what either of them marks; null where both are empty. */
function boxAround(...masks: readonly PlaneMask[]): Box | null {
  let [top, bottom, left, right] = [Infinity, 0, Infinity, 0]
  for (const { data, width } of masks) {
    for (let at = data.indexOf(1); at !== -1; at = data.indexOf(1, at + 1)) {
      const [row, column] = [Math.floor(at / width), at % width]
      top = Math.min(top, row)
      bottom = Math.max(bottom, row + 1)
      left = Math.min(left, column)
      right = Math.max(right, column + 1)
    }
  }
  return bottom === 0 ? null : { top, bottom, left, right }
}

/** With one voxel more on every side, so that everything has an outside. */
function cropped({ data, width }: PlaneMask, { top, bottom, left, right }: Box): Uint8Array {
  const across = right - left + 2
  const crop = new Uint8Array((bottom - top + 2) * across)
  for (let row = top; row < bottom; row++) {
    crop.set(data.subarray(row * width + left, row * width + right), (row - top + 1) * across + 1)
  }
  return crop
}

/** Millimetres to the outline, positive inside; it runs half a voxel from the centres on both of its sides. */
function signedDistances(mask: Uint8Array, box: Box, [down, across]: readonly [number, number]): Float64Array {
  const shape: [number, number, number] = [1, box.bottom - box.top + 2, box.right - box.left + 2]
  const spacing: Spacing = [1, down, across]
  const toInside = squaredDistancesMm(mask, shape, spacing)
  const outside = mask.map((inside) => 1 - inside)
  const toOutside = squaredDistancesMm(outside, shape, spacing)
  const half = Math.min(down, across) / 2
  return toInside.map((squared, at) => (mask[at] === 1 ? Math.sqrt(toOutside[at]) - half : half - Math.sqrt(squared)))
}

/** Voxels of both, as a share of the smaller one: 1 where one lies within the other. */
export function overlapShare(first: PlaneMask, second: PlaneMask): number {
  const both = first.data.reduce((sum, inside, at) => sum + (inside & second.data[at]), 0)
  return both / Math.max(1, Math.min(areaOf(first.data), areaOf(second.data)))
}

const areaOf = (data: Uint8Array): number => data.reduce((sum, inside) => sum + inside, 0)
