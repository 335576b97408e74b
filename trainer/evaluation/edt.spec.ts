import { describe, expect, it } from 'vitest'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import { squaredDistancesMm } from '../imaging/edt.ts'
import { surfaceOf } from './surface.ts'

describe('squaredDistancesMm', () => {
  it('agrees with the distances of a row worked out by hand', () => {
    const marked = Uint8Array.from([0, 1, 0, 0, 0, 1])
    expect([...squaredDistancesMm(marked, [1, 1, 6], [9, 9, 2])]).toEqual([4, 0, 4, 16, 4, 0])
    expect([...squaredDistancesMm(marked, [6, 1, 1], [2, 9, 9])]).toEqual([4, 0, 4, 16, 4, 0])
    expect([...squaredDistancesMm(marked, [3, 2, 1], [3, 1, 9])]).toEqual([1, 0, 10, 9, 1, 0]) // three slices of two rows
  })

  it('agrees with a search over all pairs on scattered voxels and anisotropic spacing', () => {
    const shape: Shape = [5, 7, 6]
    const spacingMm: Spacing = [2.5, 0.7, 1.3]
    const marked = Uint8Array.from({ length: 210 }, (_, v) => ((v * 7919) % 23 === 0 ? 1 : 0))
    const point = (v: number) => [Math.floor(v / 42) * 2.5, (Math.floor(v / 6) % 7) * 0.7, (v % 6) * 1.3]
    const nearest = (v: number) => {
      const squares = [...marked.keys()]
        .filter((m) => marked[m])
        .map((m) => point(m).reduce((total, x, axis) => total + (x - point(v)[axis]) ** 2, 0))
      return Math.min(...squares)
    }
    squaredDistancesMm(marked, shape, spacingMm).forEach((squared, v) => expect(squared).toBeCloseTo(nearest(v), 9))
  })

  it('is infinitely far from nothing', () => {
    expect([...squaredDistancesMm(new Uint8Array(4), [1, 2, 2], [1, 1, 1])]).toEqual([
      Infinity,
      Infinity,
      Infinity,
      Infinity,
    ])
  })
})

describe('surfaceOf', () => {
  it('keeps all of a 3 x 3 x 3 cube but its centre', () => {
    const cube = new Uint8Array(125)
    for (const k of [1, 2, 3]) for (const j of [1, 2, 3]) for (const i of [1, 2, 3]) cube[k * 25 + j * 5 + i] = 1
    const surface = surfaceOf(cube, [5, 5, 5])
    expect(surface.reduce((a, b) => a + b, 0)).toBe(26)
    expect(surface[62]).toBe(0)
  })

  it('counts what lies beyond the image as outside', () => {
    const surface = surfaceOf(new Uint8Array(27).fill(1), [3, 3, 3])
    expect(surface.reduce((a, b) => a + b, 0)).toBe(26)
  })
})
