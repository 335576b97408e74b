import { describe, expect, it } from 'vitest'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import { RunConfigSchema } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import type { ElasticField } from './elastic-field.ts'
import { cutPatch, drawOffsetMatrix, IDENTITY, narrowFieldOfView, type OffsetMatrix } from './augment.ts'

/** Every transformation happens, so that the tests see it. */
const config = RunConfigSchema.parse({ augmentation: { probability: 1 } }).augmentation
const still = { ...config, rotationDeg: 0, scale: 0 }
const random = (name = 'a') => createRandom(1, 'augment', name)

/** A volume whose image and codes are the voxel's number. */
const numbered = (shape: Shape) => {
  const numbers = Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, v) => v)
  return { shape, channels: [Float32Array.from(numbers)], codes: Uint16Array.from(numbers), outside: [-9] }
}
const OUTSIDE = 999

describe('cutPatch', () => {
  const source = numbered([5, 6, 7])

  it('is a copy without a transformation', () => {
    // centre (2, 3, 4) of a 3 x 3 x 3 patch: voxels 1..3, 2..4, 3..5
    const { image, codes } = cutPatch(source, [3, 3, 3], [2, 3, 4], IDENTITY, OUTSIDE)
    const expected = [1, 2, 3].flatMap((z) => [2, 3, 4].flatMap((y) => [3, 4, 5].map((x) => (z * 6 + y) * 7 + x)))
    expect([...image]).toEqual(expected)
    expect([...codes]).toEqual(expected)
  })

  it('cuts all channels alike, each with its own outside', () => {
    const [first] = source.channels
    const two = { ...source, channels: [first!, first!.map((value) => 1000 - value)], outside: [-9, -7] }
    const matrix = drawOffsetMatrix(random(), still, [1, 1, 1], true)
    const { image } = cutPatch(two, [1, 1, 3], [0, 0, 0], matrix, OUTSIDE)
    expect([...image]).toEqual([1, 0, -9, 999, 1000, -7])
  })

  it('says so where the volume ends', () => {
    const { image, codes } = cutPatch(source, [1, 1, 3], [0, 0, 0], IDENTITY, OUTSIDE)
    expect([...image]).toEqual([-9, 0, 1])
    expect([...codes]).toEqual([OUTSIDE, 0, 1])
  })

  it('interpolates the image and takes the nearest code', () => {
    const { image, codes } = cutPatch(source, [1, 1, 2], [2, 3, 2.9], IDENTITY, OUTSIDE)
    // positions x = 2.4 and 3.4 in row (2, 3), which starts at 105
    expect(image[0]).toBeCloseTo(107.4, 4)
    expect(image[1]).toBeCloseTo(108.4, 4)
    expect([...codes]).toEqual([107, 108])
  })

  it('follows the matrix: patch x along volume y', () => {
    const swap: OffsetMatrix = [1, 0, 0, 0, 0, 1, 0, 1, 0]
    const { codes } = cutPatch(source, [1, 3, 3], [2, 3, 3], swap, OUTSIDE)
    // rows of the patch run along x 2..4, columns along y 2..4
    expect([...codes]).toEqual([2, 3, 4].flatMap((x) => [2, 3, 4].map((y) => (2 * 6 + y) * 7 + x)))
  })

  it('mirrors left and right about the centre', () => {
    const mirror = drawOffsetMatrix(random(), still, [1, 1, 1], true)
    const { codes } = cutPatch(source, [1, 1, 3], [0, 0, 3], mirror, OUTSIDE)
    expect([...codes]).toEqual([4, 3, 2])
  })
})

describe('bending', () => {
  it('moves the image and its labels alike, row by row', () => {
    const source = numbered([5, 6, 7])
    // the second row shows what lies one voxel further along x
    const field: ElasticField = {
      row: (_, y) => [new Float64Array(3), new Float64Array(3), new Float64Array(3).fill(y === 1 ? 1 : 0)],
    }
    const { image, codes } = cutPatch(source, [1, 2, 3], [2, 2.5, 3], IDENTITY, OUTSIDE, field)
    expect([...codes]).toEqual([100, 101, 102, 108, 109, 110])
    expect([...image]).toEqual([...codes])
  })
})

describe('drawOffsetMatrix', () => {
  it('is the identity when nothing may move', () => {
    drawOffsetMatrix(random(), still, [3, 1, 2], false).forEach((value, i) =>
      expect(value).toBeCloseTo(IDENTITY[i]!, 12),
    )
  })

  it('turns rigidly in millimetres, whatever the spacing, within its limits', () => {
    const spacing: Spacing = [4, 1, 2]
    for (let i = 0; i < 20; i++) {
      const m = drawOffsetMatrix(random(String(i)), config, spacing, false)
      // lengths in mm of the images of the three voxel axes, over their own: all equal the zoom
      const columns = [0, 1, 2].map((c) => [0, 1, 2].map((r) => m[3 * r + c]! * spacing[r]!))
      const zooms = columns.map((column, c) => Math.hypot(...column) / spacing[c]!)
      for (const zoom of zooms) expect(zoom).toBeCloseTo(zooms[0]!, 10)
      expect(zooms[0]).toBeGreaterThanOrEqual(1 - config.scale)
      expect(zooms[0]).toBeLessThanOrEqual(1 + config.scale)
      const dot = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)
      expect(dot(columns[0]!, columns[1]!)).toBeCloseTo(0, 10)
      expect(dot(columns[1]!, columns[2]!)).toBeCloseTo(0, 10)
      // of the long axis at most half of 12 degrees about each of the two others
      const tilt = Math.acos(columns[0]![0]! / Math.hypot(...columns[0]!))
      expect(tilt).toBeLessThanOrEqual((Math.SQRT2 * 6.1 * Math.PI) / 180)
    }
  })

  it('turns by the angle that it drew: a line of known direction comes out turned', () => {
    // about the long axis only: voxels are twice as wide as high
    const m = drawOffsetMatrix(random(), { ...still, rotationDeg: 40 }, [1, 1, 2], false)
    const [dy, dx] = [m[5]! * 1, m[8]! * 2]
    // the determinant of a rigid turn with spacing is one
    const [a, b, c, d, e, f, g, h, i] = m
    expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 10)
    expect(Math.hypot(dy, dx, m[2]!)).toBeCloseTo(2, 10)
    expect(Math.abs(dy)).toBeGreaterThan(0.01)
  })

  it('is a function of the random stream alone', () => {
    const draw = (name: string) => drawOffsetMatrix(random(name), config, [1, 1, 1], false)
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })
})

describe('a known volume, turned', () => {
  it('keeps a ball around the centre a ball, also when voxels are flat', () => {
    // 8 slices of 4 mm, 32 x 32 voxels of 1 mm, a ball of 10 mm around the middle
    const shape: Shape = [9, 33, 33]
    const inBall = (z: number, y: number, x: number) => Math.hypot(4 * (z - 4), y - 16, x - 16) < 10
    const codes = new Uint16Array(9 * 33 * 33)
    for (let v = 0; v < codes.length; v++)
      codes[v] = inBall(Math.floor(v / 1089), Math.floor(v / 33) % 33, v % 33) ? 1 : 0
    const source = { shape, channels: [Float32Array.from(codes)], codes, outside: [0] }
    const matrix = drawOffsetMatrix(random(), { ...still, rotationDeg: 90 }, [4, 1, 1], false)
    const turned = cutPatch(source, shape, [4, 16, 16], matrix, 0).codes
    const [before, both] = [codes, turned].map((list) => Array.from(list).filter((code) => code === 1).length) as [
      number,
      number,
    ]
    const overlap = turned.reduce((sum, code, v) => sum + code * codes[v]!, 0)
    // nearest neighbour on slices of 4 mm; turned in voxels instead of millimetres, the ball would be a disc on edge
    expect((2 * overlap) / (before + both)).toBeGreaterThan(0.85)
  })
})

it('narrowFieldOfView blanks 10 to 45 % of the slices at one end', () => {
  const ends = new Set<string>()
  for (let i = 0; i < 20; i++) {
    const [image, codes] = [new Float32Array(20 * 6).fill(1), new Int32Array(20 * 6)]
    narrowFieldOfView([20, 2, 3], [image], codes, random(String(i)), { values: [-5], code: 7 })
    const slices = Array.from({ length: 20 }, (_, z) => codes.subarray(z * 6, z * 6 + 6))
    const blank = slices.map((slice) => slice.every((code) => code === 7))
    expect(slices.every((slice, z) => blank[z] || slice.every((code) => code === 0))).toBe(true)
    expect([...image].map((value) => value === -5)).toEqual([...codes].map((code) => code === 7))
    const count = blank.filter(Boolean).length
    expect(count).toBeGreaterThanOrEqual(2)
    expect(count).toBeLessThanOrEqual(8)
    const [first, last] = [blank.indexOf(true), blank.lastIndexOf(true)]
    expect(last - first + 1).toBe(count)
    expect(first === 0 || last === 19).toBe(true)
    ends.add(first === 0 ? 'first' : 'last')
  }
  expect(ends.size).toBe(2)
})
