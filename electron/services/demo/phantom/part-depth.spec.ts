// Depths inside the phantom's parts, computed by hand.
import { describe, expect, it } from 'vitest'
import { boxAround, unionDepth } from './part-depth.ts'
import type { Part } from './phantom-description.ts'

const ball: Part = { kind: 'ellipsoid', at: [10, 0, 0], radiiMm: [5, 5, 5], turnDeg: 0 }
const egg: Part = { kind: 'ellipsoid', at: [0, 0, 0], radiiMm: [20, 10, 5], turnDeg: 90 }
const tube: Part = { kind: 'tube', points: [[0, 0, 0, 4], [0, 0, 20, 8], [20, 0, 20, 8]] } // prettier-ignore
const column: Part = { kind: 'column', at: [0, 0], radiiMm: [10, 10] }

describe('unionDepth', () => {
  it.each<[string, Part, [number, number, number], number]>([
    ['the middle of a ball', ball, [10, 0, 0], 5],
    ['half-way in a ball', ball, [12.5, 0, 0], 2.5],
    ['the surface of a ball', ball, [10, 5, 0], 0],
    ['outside a ball', ball, [10, 0, 8], -3],
    ['the long axis of a turned egg', egg, [0, 20, 0], 0],
    ['the short axis of a turned egg', egg, [10, 0, 0], 0],
    ['beside the end of a tube', tube, [3, 0, 0], 1],
    ['half-way along a widening tube', tube, [0, 2, 10], 4],
    ['below a tube', tube, [0, 0, -6], -2],
    ['around the corner', tube, [20, 0, 26], 2],
    ['the middle of a column, far up', column, [0, 0, 5000], 10],
    ['inside a column', column, [0, 6, -700], 4],
  ])('%s', (_, part, [x, y, z], depth) => {
    expect(unionDepth([part])(x, y, z)).toBeCloseTo(depth, 6)
  })

  it('is about the distance near the surface of an ellipsoid', () => {
    expect(unionDepth([egg])(0, 21, 0)).toBeCloseTo(-1, 1)
    expect(unionDepth([egg])(0, 0, 6)).toBeCloseTo(-1, 1)
  })

  it('is nothing far away', () => {
    expect(unionDepth([ball])(100, 0, 0)).toBe(-Infinity)
  })

  it('is the deepest of its parts, and rounds where two meet', () => {
    const twin: Part = { ...ball, at: [-10, 0, 0] }
    const depth = unionDepth([ball, twin])
    expect(depth(10, 0, 0)).toBeCloseTo(5, 6)
    expect(depth(0, 0, 0)).toBeCloseTo(-5 + 8 / 4, 6) // both 5 mm away: a quarter of the blending width is added
  })
})

describe('boxAround', () => {
  it('holds every part, turned ones too, and has no end along a column', () => {
    expect(boxAround([ball, tube])).toEqual([
      [-8, -8, -5],
      [28, 8, 28],
    ])
    expect(boxAround([egg])).toEqual([
      [-20, -20, -5],
      [20, 20, 5],
    ])
    expect(boxAround([column])).toEqual([
      [-10, -10, -Infinity],
      [10, 10, Infinity],
    ])
  })
})
