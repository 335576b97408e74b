// How the surface crosses a cell of eight voxels, for each of the 256 ways in which they can be inside or outside: closed
// loops over the cell's edges, of which each becomes one vertex (dual marching cubes, Nielson 2004). Where a face is
// ambiguous, its inside corners are kept apart, the same way in both cells that share it.

/** Corner n lies at i = n & 1, j = n >> 1 & 1, k = n >> 2. An edge joins two corners; its number is below. */
export const CELL_EDGES: readonly (readonly [number, number])[] = [
  ...[0, 2, 4, 6].map((corner) => [corner, corner + 1] as const),
  ...[0, 1, 4, 5].map((corner) => [corner, corner + 2] as const),
  ...[0, 1, 2, 3].map((corner) => [corner, corner + 4] as const),
]

/** Corners of the six faces, all counterclockwise seen from outside. */
const FACES = [
  [0, 2, 3, 1],
  [4, 5, 7, 6],
  [0, 1, 5, 4],
  [2, 6, 7, 3],
  [0, 4, 6, 2],
  [1, 3, 7, 5],
]

const edgeBetween = (a: number, b: number): number =>
  CELL_EDGES.findIndex(([from, to]) => (from === a && to === b) || (from === b && to === a))

/** Within a face, from the edge at which a run of inside corners begins to the one at which it ends. */
function stepsOf(corners: number): Map<number, number> {
  const inside = (corner: number): boolean => ((corners >> corner) & 1) === 1
  const next = new Map<number, number>()
  for (const face of FACES) {
    for (let n = 0; n < 4; n++) {
      if (inside(face[n]) || !inside(face[(n + 1) % 4])) continue
      let end = n + 1
      while (inside(face[(end + 1) % 4])) end++
      next.set(edgeBetween(face[n], face[(n + 1) % 4]), edgeBetween(face[end % 4], face[(end + 1) % 4]))
    }
  }
  return next
}

function loopsOf(corners: number): number[][] {
  const next = stepsOf(corners)
  const loops: number[][] = []
  const seen = new Set<number>()
  for (const start of next.keys()) {
    if (seen.has(start)) continue
    const loop: number[] = []
    for (let edge = start; !seen.has(edge); edge = next.get(edge) ?? start) {
      seen.add(edge)
      loop.push(edge)
    }
    loops.push(loop)
  }
  return loops
}

/** Inside corners as bits -> loops of edges. */
export const CELL_LOOPS: readonly (readonly (readonly number[])[])[] = Array.from({ length: 256 }, (_, corners) =>
  loopsOf(corners),
)

/** Inside corners as bits, and an edge -> its loop; -1 for an edge that is not crossed. */
export const LOOP_OF_EDGE: readonly Int8Array[] = CELL_LOOPS.map((loops) =>
  Int8Array.from(CELL_EDGES, (_, edge) => loops.findIndex((loop) => loop.includes(edge))),
)
