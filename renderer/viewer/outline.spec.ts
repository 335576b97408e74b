import { expect, test } from 'vitest'
import { tracePaths } from './outline.ts'

class Lines {
  readonly lines: number[][] = []
  private start = [0, 0]
  moveTo(x: number, y: number): void {
    this.start = [x, y]
  }
  lineTo(x: number, y: number): void {
    this.lines.push([...this.start, x, y])
  }
}

const sorted = ({ lines }: Lines): string[] => lines.map((line) => line.join(' ')).sort()

test('the border of a label runs along the edges of its pixels, straight parts in one line', () => {
  // [rows, columns] = [2, 3]: a bar of two, and a pixel in the corner
  const paths = tracePaths(Uint8Array.from([5, 5, 0, 0, 0, 7]), 2, 3, () => new Lines())
  expect([...paths.keys()].sort()).toEqual([5, 7])
  expect(sorted(paths.get(5)!)).toEqual(['0 0 0 1', '0 0 2 0', '0 1 2 1', '2 0 2 1'])
  expect(sorted(paths.get(7)!)).toEqual(['2 1 2 2', '2 1 3 1', '2 2 3 2', '3 1 3 2'])
})

test('where two labels touch, each has the line; it ends where either of them does', () => {
  // [rows, columns] = [3, 2]
  const paths = tracePaths(Uint8Array.from([1, 2, 1, 2, 1, 0]), 3, 2, () => new Lines())
  expect(sorted(paths.get(1)!)).toEqual(['0 0 0 3', '0 0 1 0', '0 3 1 3', '1 0 1 2', '1 2 1 3'])
  expect(sorted(paths.get(2)!)).toEqual(['1 0 1 2', '1 0 2 0', '1 2 2 2', '2 0 2 2'])
})
