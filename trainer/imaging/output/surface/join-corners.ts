// Corners of triangles at exactly the same place become one vertex: a table with open addressing over their bits.
import type { Mesh } from './mesh.ts'

/** @param corners x, y, z of three corners a triangle */
export function joinCorners(corners: Float32Array): Mesh {
  const bits = new Uint32Array(corners.buffer, corners.byteOffset, corners.length)
  const count = corners.length / 3
  const size = 2 ** Math.ceil(Math.log2(Math.max(4, 2 * count)))
  /** The first corner at each place, plus one; 0 where there is none. */
  const table = new Uint32Array(size)
  const triangles = new Uint32Array(count)
  const vertexOf = new Uint32Array(count)
  const points: number[] = []
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [bits[3 * n], bits[3 * n + 1], bits[3 * n + 2]]
    let slot = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35)) >>> 0
    slot = (slot ^ (slot >>> 15)) & (size - 1)
    for (let first = table[slot]; first !== 0; first = table[slot]) {
      const at = 3 * (first - 1)
      if (bits[at] === x && bits[at + 1] === y && bits[at + 2] === z) break
      slot = (slot + 1) & (size - 1)
    }
    if (table[slot] === 0) {
      table[slot] = n + 1
      vertexOf[n] = points.length / 3
      points.push(corners[3 * n], corners[3 * n + 1], corners[3 * n + 2])
    }
    triangles[n] = vertexOf[table[slot] - 1]
  }
  return { points: Float64Array.from(points), triangles }
}
