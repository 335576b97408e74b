// Leaves out points that lie on the line between their neighbours (Douglas and Peucker 1973).
import type { Ring } from './trace-contours.ts'

/** @param tolerance in voxels. @returns at least three points */
export function simplifyRing(ring: Ring, tolerance: number): Ring {
  const count = ring.u.length
  if (count <= 3) return ring
  const kept = new Uint8Array(count)
  const far = farthest(ring, 0, count, (n) => Math.hypot(ring.u[n] - ring.u[0], ring.v[n] - ring.v[0])).at
  kept[0] = kept[far] = 1
  keepBetween(ring, 0, far, tolerance, kept)
  keepBetween(ring, far, count, tolerance, kept)
  const left = [...kept.keys()].filter((n) => kept[n] === 1)
  if (left.length < 3) return ring
  return { u: left.map((n) => ring.u[n]), v: left.map((n) => ring.v[n]) }
}

/** @param to may be the number of points, which stands for the first */
function keepBetween(ring: Ring, from: number, to: number, tolerance: number, kept: Uint8Array): void {
  const spans: [number, number][] = [[from, to]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span
    const end = last % ring.u.length
    const { at, distance } = farthest(ring, first, last, (n) => distanceToSegment(ring, n, first, end))
    if (distance <= tolerance) continue
    kept[at] = 1
    spans.push([first, at], [at, last])
  }
}

function farthest(ring: Ring, first: number, last: number, measure: (n: number) => number) {
  let [at, distance] = [first, 0]
  for (let n = first + 1; n < last && n < ring.u.length; n++) {
    const own = measure(n)
    if (own > distance) [at, distance] = [n, own]
  }
  return { at, distance }
}

function distanceToSegment({ u, v }: Ring, n: number, a: number, b: number): number {
  const [du, dv] = [u[b] - u[a], v[b] - v[a]]
  const length = du * du + dv * dv
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((u[n] - u[a]) * du + (v[n] - v[a]) * dv) / length))
  return Math.hypot(u[n] - u[a] - along * du, v[n] - v[a] - along * dv)
}
