// Wavefront OBJ: vertices and faces as text, with the organ's colour in a material file beside it.
import { damaged } from '../../files/read-bytes.ts'
import { rgbOf } from '../terminology.ts'
import type { Mesh } from './mesh.ts'

/** @param material the file name of its colour. @param about one line, for the comment */
export function encodeObj({ points, triangles }: Mesh, organ: string, material: string, about: string): string {
  const lines = [`# SPACE=LPS; millimetres; ${about}`, `mtllib ${material}`, `o ${organ}`, 'usemtl organ']
  for (let at = 0; at < points.length; at += 3) {
    lines.push(`v ${points[at].toFixed(4)} ${points[at + 1].toFixed(4)} ${points[at + 2].toFixed(4)}`)
  }
  for (let t = 0; t < triangles.length; t += 3) {
    lines.push(`f ${triangles[t] + 1} ${triangles[t + 1] + 1} ${triangles[t + 2] + 1}`)
  }
  return `${lines.join('\n')}\n`
}

export const encodeMaterial = (color: string): string =>
  `newmtl organ\nKd ${rgbOf(color)
    .map((part) => (part / 255).toFixed(4))
    .join(' ')}\n`

/** Triangles without textures and normals, as they are written here. @throws OrganMosaicError invalid-file */
export function decodeObj(text: string, path: string): Mesh {
  const points: number[] = []
  const triangles: number[] = []
  for (const line of text.split('\n')) {
    const [kind, ...values] = line.split(' ')
    if (kind === 'v') points.push(...values.map(Number))
    if (kind === 'f') triangles.push(...values.map((value) => Number(value) - 1))
  }
  const vertices = points.length / 3
  if (points.every(Number.isFinite) && triangles.every((vertex) => vertex >= 0 && vertex < vertices)) {
    return { points: Float64Array.from(points), triangles: Uint32Array.from(triangles) }
  }
  throw damaged(path, 'has a vertex without numbers, or a face of vertices that are not there')
}
