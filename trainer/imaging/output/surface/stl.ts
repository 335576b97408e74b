// Binary STL: triangles in single precision, each with its own three corners.
import { damaged } from '../../files/read-bytes.ts'
import { joinCorners } from './join-corners.ts'
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
    const [a, b, c] = [3 * triangles[3 * t], 3 * triangles[3 * t + 1], 3 * triangles[3 * t + 2]]
    writeNormal(view, at, points, a, b, c)
    for (let n = 0; n < 3; n++) {
      view.setFloat32(at + 12 + 4 * n, points[a + n], true)
      view.setFloat32(at + 24 + 4 * n, points[b + n], true)
      view.setFloat32(at + 36 + 4 * n, points[c + n], true)
    }
  }
  return bytes
}

function writeNormal(view: DataView, at: number, points: Float64Array, a: number, b: number, c: number): void {
  const [ux, uy, uz] = [points[b] - points[a], points[b + 1] - points[a + 1], points[b + 2] - points[a + 2]]
  const [vx, vy, vz] = [points[c] - points[a], points[c + 1] - points[a + 1], points[c + 2] - points[a + 2]]
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
  const length = Math.hypot(x, y, z) || 1
  view.setFloat32(at, x / length, true)
  view.setFloat32(at + 4, y / length, true)
  view.setFloat32(at + 8, z / length, true)
}

/** Corners at the same place become one vertex. @throws OrganMosaicError invalid-file */
export function decodeStl(bytes: Uint8Array, path: string): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length >= HEADER + 4 ? view.getUint32(HEADER, true) : 0
  if (bytes.length !== HEADER + 4 + count * TRIANGLE) {
    throw damaged(path, `has ${bytes.length} bytes for ${count} triangles; expected a binary STL`)
  }
  const corners = new Float32Array(9 * count)
  for (let t = 0; t < count; t++) {
    const at = HEADER + 4 + t * TRIANGLE + 12
    for (let n = 0; n < 9; n++) corners[9 * t + n] = view.getFloat32(at + 4 * n, true)
  }
  return joinCorners(corners)
}
