// Connected parts of every class of a label map, and what to keep of them. Rows of equal voxels are joined instead of
// single voxels, so that one pass over the volume does for all classes.
import type { Shape } from '../../contract/geometry.ts'

export interface Run {
  readonly unionClass: number
  /** First voxel in the volume, and the one after the last. */
  readonly from: number
  readonly to: number
}

/**
 * Sets parts that are too small to 0, in place. Voxels that touch at a face, an edge or a corner are connected.
 * @param classes [D, H, W]; 0 is background
 * @param keep class -> the least size of a part that stays, as a share of the class's largest part; 1: the largest alone
 * @returns voxels that were removed
 */
export function removeSmallParts(classes: Uint8Array, shape: Shape, keep: ReadonlyMap<number, number>): number {
  if (keep.size === 0) return 0
  const { runs, parts } = connectRuns(classes, shape, (unionClass) => keep.has(unionClass))
  const sizes = new Map<number, number>()
  const largest = new Map<number, number>()
  runs.forEach(({ from, to }, i) => sizes.set(parts[i]!, (sizes.get(parts[i]!) ?? 0) + to - from))
  for (const [part, size] of sizes) {
    const { unionClass } = runs[part]!
    largest.set(unionClass, Math.max(size, largest.get(unionClass) ?? 0))
  }
  // Of parts that are equally large the first one is the largest.
  const first = new Map<number, number>()
  for (const [part, size] of sizes) {
    const { unionClass } = runs[part]!
    if (size === largest.get(unionClass) && !first.has(unionClass)) first.set(unionClass, part)
  }
  let removed = 0
  runs.forEach(({ unionClass, from, to }, i) => {
    const [part, share] = [parts[i]!, keep.get(unionClass)!]
    const stays = share < 1 ? sizes.get(part)! >= share * largest.get(unionClass)! : part === first.get(unionClass)
    if (stays) return
    classes.fill(0, from, to)
    removed += to - from
  })
  return removed
}

/** @returns runs in the order of their voxels, and of each run the first one of its part */
export function connectRuns(
  classes: Uint8Array,
  [depth, height, width]: Shape,
  wanted: (unionClass: number) => boolean,
): { runs: Run[]; parts: Int32Array } {
  const isWanted = Array.from({ length: 256 }, (_, unionClass) => unionClass !== 0 && wanted(unionClass))
  const runs: Run[] = []
  const parents: number[] = []
  const root = (run: number): number => {
    let at = run
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!
      at = parents[at]!
    }
    return at
  }
  /** First run of each row, and after the last row the number of runs. */
  const rowStarts = new Int32Array(depth * height + 1)
  for (let row = 0; row < depth * height; row++) {
    rowStarts[row] = runs.length
    for (let x = row * width; x < (row + 1) * width;) {
      const unionClass = classes[x]!
      const from = x
      do x++
      while (x < (row + 1) * width && classes[x] === unionClass)
      if (!isWanted[unionClass]) continue
      parents.push(runs.length)
      runs.push({ unionClass, from, to: x })
    }
    rowStarts[row + 1] = runs.length
    const [z, y] = [Math.floor(row / height), row % height]
    for (const [dz, dy] of EARLIER_ROWS) {
      if (z + dz < 0 || y + dy < 0 || y + dy >= height) continue
      joinRows(runs, rowStarts, row, row + dz * height + dy, width, (a, b) => {
        const [first, second] = [root(a), root(b)]
        parents[Math.max(first, second)] = Math.min(first, second)
      })
    }
  }
  return { runs, parts: Int32Array.from(runs, (_, run) => root(run)) }
}

const EARLIER_ROWS = [
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
] as const

/** Calls back with the runs of two neighbouring rows that touch and are of one class. */
function joinRows(
  runs: readonly Run[],
  rowStarts: Int32Array,
  row: number,
  other: number,
  width: number,
  join: (a: number, b: number) => void,
): void {
  const moved = (row - other) * width
  let b = rowStarts[other]!
  for (let a = rowStarts[row]!; a < rowStarts[row + 1]!; a++) {
    const { unionClass, from, to } = runs[a]!
    // A run that ends one voxel before this one begins still touches it at a corner.
    while (b < rowStarts[other + 1]! && runs[b]!.to + moved < from) b++
    for (let each = b; each < rowStarts[other + 1]! && runs[each]!.from + moved <= to; each++) {
      if (runs[each]!.unionClass === unionClass) join(a, each)
    }
  }
}
