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

test('the border of a label runs along the edges of its pixels, straight parts in one line', () => {
  // [rows, columns] = [2, 3]: a bar of two, and one hidden pixel
  const pixels = Uint8Array.from([5, 5, 0, 0, 0, 7])
  const paths = tracePaths(
    pixels,
    2,
    3,
    (value) => value !== 7,
    () => new Lines(),
  )
  expect([...paths.keys()]).toEqual([5])
  expect(paths.get(5)!.lines).toEqual([
    [0, 0, 2, 0],
    [0, 1, 2, 1],
    [0, 0, 0, 1],
    [2, 0, 2, 1],
  ])
})
