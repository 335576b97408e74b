// The closed contours of one plane: filled, and brought to where they would be on the way to the next plane.
import { overlapShare, type PlaneMask } from './interpolate-planes.ts'

/** A closed contour in voxels, within its plane. */
export interface Polygon {
  /** Where its plane crosses the normal axis, in slices */
  readonly at: number
  readonly u: Float64Array
  readonly v: Float64Array
}

export type Plane = readonly Polygon[]

/** Share of the smaller of two outlines that lies in the other one where one grows into the other. */
const WITHIN = 0.9

/** Line by line: crossings with all contours of the plane in order, filled from every odd one to the next. */
export function fillPlane(plane: Plane, height: number, width: number): PlaneMask {
  const data = new Uint8Array(height * width)
  const crossings = new Map<number, number[]>()
  for (const { u, v } of plane) {
    for (let n = 0, before = u.length - 1; n < u.length; before = n++) {
      const [low, high] = u[before] < u[n] ? [before, n] : [n, before]
      const first = Math.max(0, Math.ceil(u[low]))
      for (let row = first; row < u[high] && row < height; row++) {
        const at = v[low] + ((row - u[low]) / (u[high] - u[low])) * (v[high] - v[low])
        const list = crossings.get(row)
        if (list) list.push(at)
        else crossings.set(row, [at])
      }
    }
  }
  for (const [row, list] of crossings) {
    list.sort((a, b) => a - b)
    for (let n = 0; n + 1 < list.length; n += 2) {
      const [start, end] = [Math.max(0, Math.ceil(list[n])), Math.min(width, Math.ceil(list[n + 1]))]
      if (start < end) data.fill(1, row * width + start, row * width + end)
    }
  }
  return { data, height, width }
}

/**
 * Two planes as they are seen from a slice between them. An outline that lies within the other grows or shrinks; one that
 * does not has moved, as ribs and vessels do, and both are brought to where they would be on the way.
 */
export function facing(
  plane: Plane,
  next: Plane,
  share: number,
  maskOf: (plane: Plane) => PlaneMask,
): [PlaneMask, PlaneMask] {
  const [first, second] = [maskOf(plane), maskOf(next)]
  if (plane.length > 1 || next.length > 1 || overlapShare(first, second) >= WITHIN) return [first, second]
  const [from, to] = [centreOf(plane[0]), centreOf(next[0])]
  const [du, dv] = [to.u - from.u, to.v - from.v]
  return [
    maskOf([moved(plane[0], share * du, share * dv)]),
    maskOf([moved(next[0], (share - 1) * du, (share - 1) * dv)]),
  ]
}

/** Of the area, not of the points, which lie closer where somebody drew more slowly. */
function centreOf({ u, v }: Polygon): { u: number; v: number } {
  let [area, sumU, sumV] = [0, 0, 0]
  for (let n = 0, before = u.length - 1; n < u.length; before = n++) {
    const cross = (u[before] - u[0]) * (v[n] - v[0]) - (u[n] - u[0]) * (v[before] - v[0])
    area += cross
    sumU += (u[before] + u[n] - 2 * u[0]) * cross
    sumV += (v[before] + v[n] - 2 * v[0]) * cross
  }
  return area === 0 ? { u: u[0], v: v[0] } : { u: u[0] + sumU / (3 * area), v: v[0] + sumV / (3 * area) }
}

const moved = ({ at, u, v }: Polygon, du: number, dv: number): Polygon => ({
  at,
  u: u.map((each) => each + du),
  v: v.map((each) => each + dv),
})
