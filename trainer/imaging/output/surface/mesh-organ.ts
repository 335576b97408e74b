// An organ's voxels as a closed smooth surface that holds the same volume (surface nets, Gibson 1998, on the blurred mask).
import type { Geometry } from '../../../../contract/geometry.ts'
import { determinant } from '../../matrix3.ts'
import { voxelToPoint } from '../../geometry.ts'
import type { Volume } from '../../volume.ts'
import type { Extent } from '../extents.ts'
import { blurAlong, borderAt } from '../smooth-mask.ts'
import { CELL_EDGES, CELL_LOOPS, LOOP_OF_EDGE } from './cell-loops.ts'
import { meshNormals, meshVolume, type Mesh } from './mesh.ts'

/** Voxels around the organ: the blur reaches two, and the surface closes in the outermost cells. */
const MARGIN = 3
/** Share of the volume by which the surface may miss it. */
const CLOSE_ENOUGH = 0.005
const MOST_ROUNDS = 20

/** @param extent of the value. @returns its surface in LPS millimetres, looking outwards */
export function meshOrgan(labelMap: Volume<Uint8Array>, value: number, extent: Extent): Mesh {
  const box = cutOut(labelMap, value, extent)
  const { points, firstOf, cornersOf } = placeVertices(box, labelMap.geometry)
  const triangles = joinVertices(box, points, firstOf, cornersOf, determinant(labelMap.geometry.direction) < 0)
  const [sz, sy, sx] = labelMap.geometry.spacingMm
  const voxels = box.mask.reduce((sum, inside) => sum + inside, 0)
  return keepVolume({ points, triangles }, voxels * sx * sy * sz)
}

interface Box {
  /** [D, H, W] of the cut-out */
  readonly shape: readonly [number, number, number]
  readonly start: readonly [number, number, number]
  readonly mask: Uint8Array
  readonly blurred: Float32Array
}

function cutOut({ data, geometry }: Volume<Uint8Array>, value: number, { first, last }: Extent): Box {
  const size = (axis: number): number => last[axis] - first[axis] + 1 + 2 * MARGIN
  const shape = [size(0), size(1), size(2)] as const
  const start = [first[0] - MARGIN, first[1] - MARGIN, first[2] - MARGIN] as const
  const mask = new Uint8Array(shape[0] * shape[1] * shape[2])
  const [, height, width] = geometry.shape
  for (let k = first[0]; k <= last[0]; k++) {
    for (let j = first[1]; j <= last[1]; j++) {
      const to = ((k - start[0]) * shape[1] + j - start[1]) * shape[2] - start[2]
      const from = (k * height + j) * width
      for (let i = first[2]; i <= last[2]; i++) if (data[from + i] === value) mask[to + i] = 1
    }
  }
  const blurred = Float32Array.from(mask)
  blurAlong(blurred, shape[2], 1)
  blurAlong(blurred, shape[1], shape[2])
  blurAlong(blurred, shape[0], shape[1] * shape[2])
  return { shape, start, mask, blurred }
}

/** The vertices of each cell lie in the middle of where the border crosses the edges of their loop. */
function placeVertices({ shape, start, mask, blurred }: Box, geometry: Geometry) {
  const [depth, height, width] = shape
  const offsets = CELL_EDGES.map((edge) => edge.map((corner) => cornerOffset(corner, height, width)))
  const corners = Array.from({ length: 8 }, (_, corner) => cornerOffset(corner, height, width))
  const points: number[] = []
  const firstOf = new Map<number, number>()
  const cornersOf = new Uint8Array(mask.length)
  for (let k = 0; k < depth - 1; k++) {
    for (let j = 0; j < height - 1; j++) {
      for (let i = 0; i < width - 1; i++) {
        const at = (k * height + j) * width + i
        let bits = 0
        for (let corner = 0; corner < 8; corner++) bits |= mask[at + corners[corner]] << corner
        if (bits === 0 || bits === 255) continue
        cornersOf[at] = bits
        firstOf.set(at, points.length / 3)
        for (const loop of CELL_LOOPS[bits]) {
          const sum = [0, 0, 0]
          for (const edge of loop) {
            const [a, b] = offsets[edge].map((offset) => at + offset)
            const along = mask[a] === 1 ? borderAt(blurred[a], blurred[b]) : 1 - borderAt(blurred[b], blurred[a])
            const [from, to] = CELL_EDGES[edge]
            for (let axis = 0; axis < 3; axis++) {
              const low = (from >> axis) & 1
              sum[axis] += low + along * (((to >> axis) & 1) - low)
            }
          }
          const [x, y, z] = sum.map((value) => value / loop.length)
          points.push(...voxelToPoint(geometry, [start[0] + k + z, start[1] + j + y, start[2] + i + x]))
        }
      }
    }
  }
  return { points: Float64Array.from(points), firstOf, cornersOf }
}

const cornerOffset = (corner: number, height: number, width: number): number =>
  (corner & 1) + ((corner >> 1) & 1) * width + (corner >> 2) * height * width

/** Around each edge of the grid that the surface crosses: two triangles between the vertices of its four cells. */
function joinVertices(
  { shape, mask }: Box,
  points: Float64Array,
  firstOf: ReadonlyMap<number, number>,
  cornersOf: Uint8Array,
  mirrored: boolean,
): Uint32Array {
  const [, height, width] = shape
  const strides = [1, width, height * width]
  const triangles: number[] = []
  for (let at = 0; at < mask.length; at++) {
    for (let axis = 0; axis < 3; axis++) {
      const other = at + strides[axis]
      if (other >= mask.length || mask[at] === mask[other]) continue
      const [b, c] = [(axis + 1) % 3, (axis + 2) % 3]
      const quad = [0, 1 << b, (1 << b) | (1 << c), 1 << c].map((corner) => {
        const cell = at - cornerOffset(corner, height, width)
        return (firstOf.get(cell) ?? 0) + LOOP_OF_EDGE[cornersOf[cell]][EDGE_AT[axis][corner]]
      })
      // Seen along the axis the four cells go round one way; the surface looks from inside to outside.
      if ((mask[at] === 1) === mirrored) quad.reverse()
      triangles.push(...split(quad, points))
    }
  }
  return Uint32Array.from(triangles)
}

/** Axis, corner -> edge. */
const EDGE_AT = [0, 1, 2].map((axis) =>
  Array.from({ length: 8 }, (_, corner) =>
    CELL_EDGES.findIndex(([from, to]) => from === corner && to === corner + (1 << axis)),
  ),
)

/** Along the shorter diagonal: a quad is not flat. */
function split([a, b, c, d]: readonly number[], points: Float64Array): number[] {
  const apart = (m: number, n: number): number =>
    Math.hypot(
      points[3 * m] - points[3 * n],
      points[3 * m + 1] - points[3 * n + 1],
      points[3 * m + 2] - points[3 * n + 2],
    )
  return apart(a, c) <= apart(b, d) ? [a, b, c, a, c, d] : [a, b, d, b, c, d]
}

/** Blurring makes small and thin organs smaller: the surface is moved along its normals until its volume is the voxels'. */
function keepVolume(mesh: Mesh, wanted: number): Mesh {
  const points = mesh.points.slice()
  const moved = { points, triangles: mesh.triangles }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const missing = wanted - meshVolume(moved)
    if (Math.abs(missing) <= CLOSE_ENOUGH * wanted) break
    const { normals, area } = meshNormals(moved)
    const step = missing / area
    for (let at = 0; at < points.length; at += 3) {
      const length = Math.hypot(normals[at], normals[at + 1], normals[at + 2]) || 1
      for (let n = 0; n < 3; n++) points[at + n] += (normals[at + n] / length) * step
    }
  }
  return moved
}
