// The border of an organ in one slice as closed contours between the voxels (marching squares on the blurred mask).
import { blurAlong, borderAt } from '../smooth-mask.ts'

/** Closed: the last point is followed by the first. Coordinates in voxels: u along the width, v along the height. */
export interface Ring {
  readonly u: number[]
  readonly v: number[]
}

/** Voxels around the organ: the blur reaches two. */
const MARGIN = 3

/**
 * Inside voxels that only touch at a corner are kept apart.
 * @param slice [height, width]
 * @param box first and last row and column that may hold the value
 * @returns outer borders run one way round, those of holes the other (ringArea)
 */
export function traceContours(
  slice: Uint8Array,
  width: number,
  value: number,
  box: { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] },
): Ring[] {
  const [top, left] = [box.rows[0] - MARGIN, box.columns[0] - MARGIN]
  const [rows, columns] = [box.rows[1] - top + 1 + MARGIN, box.columns[1] - left + 1 + MARGIN]
  const mask = new Uint8Array(rows * columns)
  for (let row = box.rows[0]; row <= box.rows[1]; row++) {
    for (let column = box.columns[0]; column <= box.columns[1]; column++) {
      if (slice[row * width + column] === value) mask[(row - top) * columns + column - left] = 1
    }
  }
  const blurred = Float32Array.from(mask)
  blurAlong(blurred, columns, 1)
  blurAlong(blurred, rows, columns)
  const place = (edge: number): readonly [number, number] => {
    const at = edge >> 1
    const other = edge & 1 ? at + columns : at + 1
    const along = mask[at] === 1 ? borderAt(blurred[at], blurred[other]) : 1 - borderAt(blurred[other], blurred[at])
    const [u, v] = [left + (at % columns), top + Math.floor(at / columns)]
    return edge & 1 ? [u, v + along] : [u + along, v]
  }
  return joinSteps(stepsOf(mask, rows, columns)).map((edges) => {
    const points = edges.map(place)
    return { u: points.map(([u]) => u), v: points.map(([, v]) => v) }
  })
}

/**
 * Edges between neighbouring voxels by number: twice the first voxel, and one more for the edge downwards.
 * Within each square of four voxels, from the edge at which a run of inside corners begins to the one at which it ends.
 */
function stepsOf(mask: Uint8Array, rows: number, columns: number): Map<number, number> {
  const next = new Map<number, number>()
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const at = row * columns + column
      const corners = [at, at + 1, at + columns + 1, at + columns]
      const inside = corners.map((corner) => mask[corner])
      const sum = inside[0] + inside[1] + inside[2] + inside[3]
      if (sum === 0 || sum === 4) continue
      const edges = [2 * at, 2 * (at + 1) + 1, 2 * (at + columns), 2 * at + 1]
      for (let n = 0; n < 4; n++) {
        if (inside[n] === 1 || inside[(n + 1) % 4] === 0) continue
        let end = n + 1
        while (inside[(end + 1) % 4] === 1) end++
        next.set(edges[n], edges[end % 4])
      }
    }
  }
  return next
}

function joinSteps(next: Map<number, number>): number[][] {
  const rings: number[][] = []
  for (const start of next.keys()) {
    if (!next.has(start)) continue
    const ring: number[] = []
    for (let edge: number | undefined = start; edge !== undefined && next.has(edge);) {
      ring.push(edge)
      const following: number | undefined = next.get(edge)
      next.delete(edge)
      edge = following
    }
    rings.push(ring)
  }
  return rings
}

/** Positive for the outer border of an organ, negative for that of a hole, in square voxels. */
export function ringArea({ u, v }: Ring): number {
  let sum = 0
  for (let n = 0, before = u.length - 1; n < u.length; before = n++) sum += u[n] * v[before] - u[before] * v[n]
  return sum / 2
}
