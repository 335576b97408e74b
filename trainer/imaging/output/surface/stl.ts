// Binary STL: triangles in single precision, each with its own three corners.
import { damaged } from '../../files/read-bytes.ts'
import type { Mesh } from './mesh.ts'

const HEADER = 80
const TRIANGLE = 50

/** @param about into the header, after the coordinate system by which 3D Slicer places the surface */
export function encodeStl({ points, triangles }: Mesh, about: string): Uint8Array {
  const count = triangles.length / 3
  const bytes = new Uint8Array(HEADER + 4 + count * TRIANGLE)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from(`SPACE=LPS; ${about}`.replaceAll(/[^\x20-\x7e]/g, '?'), 'latin1').subarray(0, HEADER))
  view.setUint32(HEADER, count, true)
  for (let t = 0; t < count; t++) {
    const at = HEADER + 4 + t * TRIANGLE
    const corners = [0, 1, 2].map((n) => [...points.subarray(3 * triangles[3 * t + n], 3 * triangles[3 * t + n] + 3)])
    normalOf(corners).forEach((value, n) => view.setFloat32(at + 4 * n, value, true))
    corners.flat().forEach((value, n) => view.setFloat32(at + 12 + 4 * n, value, true))
  }
  return bytes
}

function normalOf([a, b, c]: readonly number[][]): number[] {
  const [u, v] = [b.map((value, n) => value - a[n]), c.map((value, n) => value - a[n])]
  const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
  const length = Math.hypot(...normal)
  return length > 0 ? normal.map((value) => value / length) : [0, 0, 0]
}

/** Corners at the same place become one vertex. @throws OrganMosaicError invalid-file */
export function decodeStl(bytes: Uint8Array, path: string): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length >= HEADER + 4 ? view.getUint32(HEADER, true) : 0
  if (bytes.length !== HEADER + 4 + count * TRIANGLE) {
    throw damaged(path, `has ${bytes.length} bytes for ${count} triangles; expected a binary STL`)
  }
  const vertices = new Map<string, number>()
  const points: number[] = []
  const triangles = new Uint32Array(3 * count)
  for (let n = 0; n < triangles.length; n++) {
    const at = HEADER + 4 + Math.floor(n / 3) * TRIANGLE + 12 + (n % 3) * 12
    const place = [0, 4, 8].map((offset) => view.getFloat32(at + offset, true))
    const key = place.join(' ')
    let vertex = vertices.get(key)
    if (vertex === undefined) {
      vertex = points.length / 3
      vertices.set(key, vertex)
      points.push(...place)
    }
    triangles[n] = vertex
  }
  return { points: Float64Array.from(points), triangles }
}
