// The borders of the labels of one slice as lines along the edges of its pixels: exact at every zoom.
import type { StoredArray } from './volume.ts'

/**
 * @param pixels [rows, columns] labels
 * @param shown values that get a border
 * @returns a path a value, in pixels of the slice
 */
export function tracePaths<
  P extends { moveTo: (x: number, y: number) => void; lineTo: (x: number, y: number) => void },
>(
  pixels: StoredArray,
  rows: number,
  columns: number,
  shown: (value: number) => boolean,
  createPath: () => P,
): Map<number, P> {
  const paths = new Map<number, P>()
  const visible = new Map<number, boolean>()
  const isShown = (value: number): boolean => {
    let known = visible.get(value)
    if (known === undefined) visible.set(value, (known = value !== 0 && shown(value)))
    return known
  }
  const draw = (value: number, x: number, y: number, toX: number, toY: number): void => {
    if (!isShown(value)) return
    let path = paths.get(value)
    if (!path) paths.set(value, (path = createPath()))
    path.moveTo(x, y)
    path.lineTo(toX, toY)
  }
  const at = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= rows || column >= columns ? 0 : pixels[row * columns + column]
  // Edges that lie in one line between the same two labels are one line.
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column < columns;) {
      const [above, below] = [at(row - 1, column), at(row, column)]
      const first = column++
      if (above === below) continue
      while (column < columns && at(row - 1, column) === above && at(row, column) === below) column++
      draw(above, first, row, column, row)
      draw(below, first, row, column, row)
    }
  }
  for (let column = 0; column <= columns; column++) {
    for (let row = 0; row < rows;) {
      const [left, right] = [at(row, column - 1), at(row, column)]
      const first = row++
      if (left === right) continue
      while (row < rows && at(row, column - 1) === left && at(row, column) === right) row++
      draw(left, column, first, column, row)
      draw(right, column, first, column, row)
    }
  }
  return paths
}
