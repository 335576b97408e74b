// The smallest box around every value of a label map, in one pass.
import type { Volume } from '../volume.ts'

/** First and last voxel along depth, height and width */
export interface Extent {
  readonly first: readonly [number, number, number]
  readonly last: readonly [number, number, number]
}

/** Without values that do not occur. */
export function extentsOf({ data, geometry: { shape } }: Volume<Uint8Array>): Map<number, Extent> {
  const [depth, height, width] = shape
  const low = Array.from({ length: 3 }, () => new Int32Array(256).fill(2 ** 30))
  const high = Array.from({ length: 3 }, () => new Int32Array(256).fill(-1))
  const widen = (axis: number, value: number, at: number): void => {
    if (at < low[axis][value]) low[axis][value] = at
    if (at > high[axis][value]) high[axis][value] = at
  }
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0, before = -1; i < width; i++, at++) {
        const value = data[at]
        if (value === 0) {
          before = -1
          continue
        }
        if (value !== before) {
          widen(0, value, k)
          widen(1, value, j)
          before = value
        }
        widen(2, value, i)
      }
    }
  }
  const found = new Map<number, Extent>()
  for (let value = 1; value < 256; value++) {
    if (high[0][value] < 0) continue
    const pick = (of: Int32Array[]): [number, number, number] => [of[0][value], of[1][value], of[2][value]]
    found.set(value, { first: pick(low), last: pick(high) })
  }
  return found
}
