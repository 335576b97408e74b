import { describe, expect, it } from 'vitest'
import type { Geometry, Point, Shape, Spacing } from '../../contract/geometry.ts'
import { axisWeights } from './axis-weights.ts'
import { voxelToPoint } from './geometry.ts'
import { resampleImage, resampleLabels } from './resample.ts'
import { resampleProbabilities } from './resample-probabilities.ts'
import { rotatedDirection } from './test-geometries.ts'
import { voxelCount } from './volume.ts'

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
const grid = (shape: Shape, spacingMm: Spacing, origin: Point = [0, 0, 0], direction = identity): Geometry => ({
  shape,
  spacingMm,
  origin,
  direction,
})

function valuesOf(geometry: Geometry, value: (point: Point) => number): Float32Array {
  const [depth, height, width] = geometry.shape
  const data = new Float32Array(voxelCount(geometry.shape))
  for (let k = 0, at = 0; k < depth; k++)
    for (let j = 0; j < height; j++)
      for (let i = 0; i < width; i++) data[at++] = value(voxelToPoint(geometry, [k, j, i]))
  return data
}
const ramp = ([x, y, z]: Point) => 2 * x - 3 * y + 5 * z + 7

describe('axisWeights', () => {
  const row = (table: ReturnType<typeof axisWeights>, n: number) => [
    table.start[n],
    ...table.weights.subarray(n * table.taps, (n + 1) * table.taps),
  ]
  it('interpolates between two neighbours on a finer grid', () => {
    const table = axisWeights(4, 3, 0.25, 0.5)
    expect([row(table, 0), row(table, 1), row(table, 2)]).toEqual([
      [0, 0.75, 0.25],
      [0, 0.25, 0.75],
      [1, 0.75, 0.25],
    ])
  })
  it('averages the interpolant over what a voxel is wider on a coarser grid', () => {
    // step 2: a box of width 1 over the hat gives 1/8, 3/4, 1/8 around a centre on a voxel
    expect(row(axisWeights(9, 4, 1, 2), 1)).toEqual([2, 0.125, 0.75, 0.125])
  })
  it('clamps half a voxel past the border and is outside beyond', () => {
    const table = axisWeights(3, 5, -1, 1)
    expect([...table.inside]).toEqual([0, 1, 1, 1, 0])
    expect([...axisWeights(3, 2, -0.4, 2.8).inside]).toEqual([1, 1])
    expect(row(axisWeights(3, 1, -0.4, 1), 0)).toEqual([0, 1, 0])
  })
})

describe('thick slices', () => {
  const whole = { nearestAxis: 0 as const }
  // three slices of 6 mm at 0, 6 and 12 mm, brought to slices of 3 mm at -1.5, 1.5, ... 13.5 mm
  const source = grid([3, 1, 2], [6, 1, 1])
  const target = grid([6, 1, 2], [3, 1, 1], [0, 0, -1.5])
  const values = [10, 20, 30].flatMap((value) => [value, value + 1])

  it('are taken whole, not interpolated: images, labels and probabilities', () => {
    const image = resampleImage({ data: Float32Array.from(values), geometry: source }, target, { outside: 0, ...whole })
    const doubled = [10, 10, 20, 20, 30, 30].flatMap((value) => [value, value + 1])
    expect([...image.data]).toEqual(doubled)
    const labels = resampleLabels({ data: Uint8Array.from(values), geometry: source }, target, whole)
    expect([...labels.data]).toEqual(doubled)
    // 0.6 against 0.4 in the first slice, the other way round in the second, as the first in the third
    const probabilities = Float32Array.from([1, 1, 0, 0, 1, 1].flatMap((first) => (first ? [0.6, 0.4] : [0.4, 0.6])))
    expect([...resampleProbabilities(probabilities, source, target, whole)]).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0,
    ])
  })

  it('are interpolated as everything else without that', () => {
    const { data } = resampleImage({ data: Float32Array.from(values), geometry: source }, target, { outside: 0 })
    expect([...data].filter((_, v) => v % 2 === 0)).toEqual([10, 12.5, 17.5, 22.5, 27.5, 30])
  })

  it('say what lies outside, as ever', () => {
    const beyond = grid([2, 1, 2], [6, 1, 1], [0, 0, 12])
    const { data } = resampleImage({ data: Float32Array.from(values), geometry: source }, beyond, {
      outside: -1,
      ...whole,
    })
    expect([...data]).toEqual([30, 31, -1, -1])
  })
})

describe('resampleImage', () => {
  const source = grid([10, 12, 14], [3, 2, 1.5], [10, -20, 30])
  const inner = (spacing: Spacing, direction = identity) => grid([4, 4, 4], spacing, [15, -14, 37], direction)

  it.each([
    ['finer', inner([0.7, 0.9, 1])],
    ['coarser', grid([2, 2, 2], [8, 5, 4], [15, -14, 40])],
    ['oblique', inner([1, 1, 1], rotatedDirection(0.3, -0.2, 0.5))],
  ])('keeps a linear ramp exact on a %s grid', (_, target) => {
    const { data } = resampleImage({ data: valuesOf(source, ramp), geometry: source }, target, { outside: NaN })
    valuesOf(target, ramp).forEach((value, at) => expect(data[at]).toBeCloseTo(value, 3))
  })

  it('is the identity on its own grid', () => {
    const data = valuesOf(source, ([x, y, z]) => Math.sin(x * 3 + y * 5 + z * 7))
    const same = resampleImage({ data, geometry: source }, source, { outside: 0 }).data
    same.forEach((value, at) => expect(value).toBeCloseTo(data[at], 6))
  })

  it.each([
    ['axis by axis', identity],
    ['oblique', rotatedDirection(0, 0, Math.PI / 2)],
  ])('puts the outside value past the grid, %s', (_, direction) => {
    const small = grid([1, 1, 2], [1, 1, 1])
    const target = grid([1, 1, 4], [1, 1, 1], direction === identity ? [-1, 0, 0] : [0, -1, 0], direction)
    const { data } = resampleImage({ data: Float32Array.of(5, 6), geometry: small }, target, { outside: -9 })
    expect([...data]).toEqual(direction === identity ? [-9, 5, 6, -9] : [-9, 5, -9, -9])
  })

  it('does not alias: a checkerboard on a coarse grid becomes grey', () => {
    const fine = grid([1, 1, 64], [1, 1, 1])
    const data = Float32Array.from({ length: 64 }, (_, n) => n % 2)
    const coarse = resampleImage({ data, geometry: fine }, grid([1, 1, 14], [1, 1, 4], [4, 0, 0]), { outside: 0 }).data
    coarse.forEach((value) => expect(Math.abs(value - 0.5)).toBeLessThan(0.1))
  })
})

describe('resampleLabels', () => {
  it('votes, never averages: no code appears that was not there', () => {
    const source = grid([1, 1, 4], [1, 1, 1])
    const data = Uint8Array.of(3, 3, 200, 200)
    const finer = grid([1, 1, 8], [1, 1, 0.5], [-0.25, 0, 0])
    expect([...resampleLabels({ data, geometry: source }, finer).data]).toEqual([3, 3, 3, 3, 200, 200, 200, 200])
  })

  it('gives the voxel to the largest share, the higher code on a tie, 0 outside', () => {
    const source = grid([1, 1, 4], [1, 1, 1])
    const data = Uint8Array.of(0, 7, 0, 0)
    // centres at 0.5 (tie of 0 and 7), 1.75 (7: 0.25), 3 (0), 4.25 (outside)
    const target = grid([1, 1, 4], [1, 1, 1.25], [0.5, 0, 0])
    expect([...resampleLabels({ data, geometry: source }, target).data]).toEqual([7, 0, 0, 0])
  })

  it('keeps shapes on an oblique grid', () => {
    const source = grid([20, 20, 20], [1, 1, 1], [-9.5, -9.5, -9.5])
    const ball = (point: Point) => (Math.hypot(...point) < 7 ? 4 : 0)
    const direction = rotatedDirection(0.3, -0.2, 0.5)
    const origin = voxelToPoint(grid([1, 1, 1], [1, 1, 1], [0, 0, 0], direction), [-9.5, -9.5, -9.5])
    const target = grid([20, 20, 20], [1, 1, 1], origin, direction)
    const found = resampleLabels({ data: Uint8Array.from(valuesOf(source, ball)), geometry: source }, target).data
    const wanted = valuesOf(target, ball)
    const wrong = found.reduce((sum, code, at) => sum + (code === wanted[at] ? 0 : 1), 0)
    expect(wrong / wanted.filter(Boolean).length).toBeLessThan(0.07)
    expect(new Set(found)).toEqual(new Set([0, 4]))
  })
})

describe('resampleProbabilities', () => {
  it('interpolates before it decides', () => {
    // two voxels, two channels: organ 0.2 and 0.9; the border of 0.5 lies 3/7 of the way
    const probabilities = Float32Array.of(0.8, 0.2, 0.1, 0.9)
    const from = grid([1, 1, 2], [1, 1, 1])
    const to = grid([1, 1, 6], [1, 1, 0.2])
    expect([...resampleProbabilities(probabilities, from, to)]).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('gives a tie to the lower channel', () => {
    const one = grid([1, 1, 1], [1, 1, 1])
    expect([...resampleProbabilities(Float32Array.of(0.2, 0.4, 0.4), one, one)]).toEqual([1])
  })

  it('is background outside, also above and below', () => {
    const from = grid([1, 1, 1], [1, 1, 1])
    const to = grid([3, 3, 3], [1, 1, 1], [-1, -1, -1])
    const codes = resampleProbabilities(Float32Array.of(0, 0, 1), from, to)
    expect(codes[13]).toBe(2)
    expect(codes.reduce((sum, code) => sum + code, 0)).toBe(2)
  })

  it.each([
    { what: 'of noise', value: (n: number) => Math.sin(n * n * 0.37) ** 2 },
    // three slabs along depth, so that most voxels lie between neighbours that agree
    { what: 'of plain regions', value: (n: number) => (n % 3 === (n < 252 ? 0 : n < 400 ? 2 : 1) ? 0.6 : 0.2) },
  ])('equals one interpolation a channel on a volume $what', ({ value }) => {
    const from = grid([5, 6, 7], [2, 1.5, 1], [1, 2, 3])
    const to = grid([9, 9, 9], [1, 0.9, 0.7], [1.3, 2.2, 3.1])
    const probabilities = Float32Array.from({ length: 5 * 6 * 7 * 3 }, (_, n) => value(n))
    const channels = [0, 1, 2].map((c) => {
      const data = probabilities.filter((_, n) => n % 3 === c)
      return resampleImage({ data, geometry: from }, to, { outside: 0 }).data
    })
    const codes = resampleProbabilities(probabilities, from, to)
    expect(new Set(codes)).toEqual(new Set([0, 1, 2]))
    codes.forEach((code, at) => {
      const best = Math.max(...channels.map((channel) => channel[at]))
      expect(channels[code][at]).toBeCloseTo(best, 5)
    })
  })

  it('refuses sizes that do not fit and turned grids', () => {
    const from = grid([1, 1, 2], [1, 1, 1])
    expect(() => resampleProbabilities(new Float32Array(3), from, from)).toThrow(/do not fit the grid 1 x 1 x 2/)
    const turned = { ...from, direction: rotatedDirection(0, 0, 0.1) }
    expect(() => resampleProbabilities(new Float32Array(4), from, turned)).toThrow(/equal axis directions/)
  })
})
