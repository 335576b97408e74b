// Holes joined to the border around them by a cut of no width (keyhole): a structure set has no holes, and this is what
// the DICOM standard names for them (PS3.3, C.8.8.6.3). Every reader understands it, whether it fills by even-odd or not.
import { ringArea, type Ring } from './trace-contours.ts'

/** Beside the voxels' centres: the cut must touch none, and the borders stay further away from them. */
const BESIDE_CENTRES = 0.05

/** @param rings of one slice, holes run the other way round. @returns outer borders alone, with their holes joined */
export function joinHoles(rings: readonly Ring[]): Ring[] {
  const polygons = rings.filter((ring) => ringArea(ring) > 0).map(({ u, v }) => ({ u: [...u], v: [...v] }))
  const holes = rings
    .filter((ring) => ringArea(ring) < 0)
    .map((ring) => ({ ring, cut: cutFrom(ring) }))
    // From the right: what a cut meets is an outer border, or a hole that is joined to it already.
    .sort((a, b) => b.cut.u - a.cut.u)
  for (const { ring, cut } of holes) {
    const target = firstToTheRight(polygons, cut)
    if (target) join(polygons[target.polygon], target, ring, cut)
  }
  return polygons
}

/** Where a row crosses a ring: after the point `after`. */
interface Crossing {
  readonly u: number
  readonly v: number
  readonly after: number
}

/** The rightmost place at which a row crosses the hole. */
function cutFrom(ring: Ring): Crossing {
  const first = Math.floor(ring.v.reduce((low, v) => Math.min(low, v), Infinity))
  const last = Math.ceil(ring.v.reduce((high, v) => Math.max(high, v), -Infinity))
  let best: Crossing = { u: -Infinity, v: 0, after: 0 }
  for (let row = first; row <= last; row++) {
    for (const crossing of crossingsOf(ring, row + BESIDE_CENTRES)) if (crossing.u > best.u) best = crossing
  }
  return best
}

function crossingsOf({ u, v }: Ring, row: number): Crossing[] {
  const found: Crossing[] = []
  for (let n = 0; n < u.length; n++) {
    const next = (n + 1) % u.length
    if (v[n] <= row === v[next] <= row) continue
    found.push({ u: u[n] + ((row - v[n]) / (v[next] - v[n])) * (u[next] - u[n]), v: row, after: n })
  }
  return found
}

function firstToTheRight(polygons: readonly Ring[], cut: Crossing): (Crossing & { polygon: number }) | null {
  let best: (Crossing & { polygon: number }) | null = null
  for (const [polygon, ring] of polygons.entries()) {
    for (const crossing of crossingsOf(ring, cut.v)) {
      if (crossing.u > cut.u && (best === null || crossing.u < best.u)) best = { ...crossing, polygon }
    }
  }
  return best
}

/** Along the border to the cut, over to the hole, once around it, and back. */
function join(polygon: Ring, target: Crossing, hole: Ring, cut: Crossing): void {
  const turned = (values: readonly number[]): number[] => [
    ...values.slice(cut.after + 1),
    ...values.slice(0, cut.after + 1),
  ]
  polygon.u.splice(target.after + 1, 0, target.u, cut.u, ...turned(hole.u), cut.u, target.u)
  polygon.v.splice(target.after + 1, 0, target.v, cut.v, ...turned(hole.v), cut.v, target.v)
}
