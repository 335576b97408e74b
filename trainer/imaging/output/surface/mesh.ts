// A surface of triangles, and what tells whether it is closed and how much it holds.

export interface Mesh {
  /** x, y, z in LPS millimetres, vertex after vertex */
  readonly points: Float64Array
  /** Three vertices a triangle, counterclockwise seen from outside */
  readonly triangles: Uint32Array
}

/** By the divergence theorem, in cubic millimetres; negative when the triangles look inwards. */
export function meshVolume({ points, triangles }: Mesh): number {
  let sum = 0
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]]
    sum +=
      points[a] * (points[b + 1] * points[c + 2] - points[b + 2] * points[c + 1]) +
      points[a + 1] * (points[b + 2] * points[c] - points[b] * points[c + 2]) +
      points[a + 2] * (points[b] * points[c + 1] - points[b + 1] * points[c])
  }
  return sum / 6
}

/** Whether every edge is walked as often one way as the other: nothing can leak out. */
export function isClosed({ points, triangles }: Mesh): boolean {
  const vertices = points.length / 3
  const open = new Map<number, number>()
  for (let t = 0; t < triangles.length; t += 3) {
    for (let n = 0; n < 3; n++) {
      const [from, to] = [triangles[t + n], triangles[t + ((n + 1) % 3)]]
      const key = from < to ? from * vertices + to : to * vertices + from
      const balance = (open.get(key) ?? 0) + (from < to ? 1 : -1)
      if (balance === 0) open.delete(key)
      else open.set(key, balance)
    }
  }
  return triangles.length > 0 && open.size === 0
}

/** Sum of the two vectors of each vertex: area-weighted normals (not of unit length), and the area in all. */
export function meshNormals({ points, triangles }: Mesh): { normals: Float64Array; area: number } {
  const normals = new Float64Array(points.length)
  let area = 0
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]]
    const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]]
    const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]]
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
    area += Math.hypot(normal[0], normal[1], normal[2]) / 2
    for (const at of [a, b, c]) for (let n = 0; n < 3; n++) normals[at + n] += normal[n]
  }
  return { normals, area }
}
