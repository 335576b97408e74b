// The borders of the labels of one slice as lines along the edges of its pixels: exact at every zoom.
import type { StoredArray } from './volume.ts'

export interface Path {
  moveTo: (x: number, y: number) => void
  lineTo: (x: number, y: number) => void
}

type Draw = (value: number, x: number, y: number, toX: number, toY: number) => void

/**
 * Edges that lie in one line between the same two labels are one line.
 * @param pixels [rows, columns] labels; 0 has no border
 * @returns a path a value, in pixels of the slice
 */
export function tracePaths<P extends Path>(
  pixels: StoredArray,
  rows: number,
  columns: number,
  createPath: () => P,
): Map<number, P> {
  const paths = new Map<number, P>()
  const draw: Draw = (value, x, y, toX, toY) => {
    if (value === 0) return
    let path = paths.get(value)
    if (!path) paths.set(value, (path = createPath()))
    path.moveTo(x, y)
    path.lineTo(toX, toY)
  }
  const lines: StoredArray[] = []
  for (let row = 0; row < rows; row++) lines.push(pixels.subarray(row * columns, (row + 1) * columns))
  traceAcross(lines, pixels.slice(0, columns).fill(0), draw)
  traceDown(lines, columns, draw)
  return paths
}

/** @param nothing a line of zeros, which lies above the first one and below the last */
function traceAcross(lines: readonly StoredArray[], nothing: StoredArray, draw: Draw): void {
  const columns = nothing.length
  for (let row = 0; row <= lines.length; row++) {
    const [above, below] = [lines[row - 1] ?? nothing, lines[row] ?? nothing]
    for (let column = 0; column < columns;) {
      const [upper, lower] = [above[column], below[column]]
      const first = column++
      if (upper === lower) continue
      while (column < columns && above[column] === upper && below[column] === lower) column++
      draw(upper, first, row, column, row)
      draw(lower, first, row, column, row)
    }
  }
}

/** Line by line, as the pixels lie in memory: each column remembers where its open line began, and between what. */
function traceDown(lines: readonly StoredArray[], columns: number, draw: Draw): void {
  const began = new Int32Array(columns + 1).fill(-1)
  const [leftOf, rightOf] = [new Int32Array(columns + 1), new Int32Array(columns + 1)]
  const end = (column: number, row: number): void => {
    draw(leftOf[column], column, began[column], column, row)
    draw(rightOf[column], column, began[column], column, row)
    began[column] = -1
  }
  for (let row = 0; row < lines.length; row++) {
    const line = lines[row]
    let left = 0
    for (let column = 0; column <= columns; column++) {
      const right = column < columns ? line[column] : 0
      const open = began[column] >= 0
      if (open && (leftOf[column] !== left || rightOf[column] !== right)) end(column, row)
      if (left !== right && began[column] < 0) {
        began[column] = row
        leftOf[column] = left
        rightOf[column] = right
      }
      left = right
    }
  }
  for (let column = 0; column <= columns; column++) if (began[column] >= 0) end(column, lines.length)
}
