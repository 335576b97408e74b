import { describe, expect, test } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { restoreNearest } from './restore-nearest.ts'

const line = (width: number, spacing: number, origin: number): Geometry => ({
  shape: [1, 1, width],
  spacingMm: [1, 1, spacing],
  origin: [origin, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
})

describe('restoreNearest', () => {
  test('takes the nearest code, and 0 outside of the coarse grid', () => {
    // coarse voxels of 2 mm at 0.5 and 2.5: they cover -0.5 to 3.5; fine voxels of 1 mm at -1, 0, 1, 2, 3, 4
    const volume = { data: Uint8Array.from([7, 9]), geometry: line(2, 2, 0.5) }
    expect([...restoreNearest(volume, line(6, 1, -1))]).toEqual([0, 7, 7, 9, 9, 0])
  })

  test('refuses a grid that is turned', () => {
    const turned = { ...line(2, 1, 0), direction: [0, 1, 0, -1, 0, 0, 0, 0, 1] }
    expect(() => restoreNearest({ data: Uint8Array.from([1, 2]), geometry: turned }, line(2, 1, 0))).toThrow(
      /equal axis/,
    )
  })
})
