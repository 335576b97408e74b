import { describe, expect, it } from 'vitest'
import { bodyBox } from './body-box.ts'
import { normalise } from './normalise.ts'
import { gridOf } from '../imaging/test-dataset.ts'

/** Air with bright boxes [start, end) an axis. */
function ct(...boxes: [number, number][][]) {
  const geometry = gridOf([40, 40, 40], [4, 4, 4])
  const data = new Int16Array(40 ** 3).fill(-1000)
  for (const [z, y, x] of boxes)
    for (let k = z[0]; k < z[1]; k++)
      for (let j = y[0]; j < y[1]; j++) for (let i = x[0]; i < x[1]; i++) data[(k * 40 + j) * 40 + i] = 30
  return { data, geometry }
}
const body: [number, number][] = [
  [10, 30],
  [12, 26],
  [14, 24],
]

describe('bodyBox', () => {
  it('of CT is the largest region and 10 mm (3 voxels of 4 mm) around it', () => {
    expect(bodyBox(ct(body), true)).toEqual({ start: [7, 9, 11], shape: [26, 20, 16] })
  })
  it('leaves out what is not connected, such as the table', () => {
    const table: [number, number][] = [
      [0, 40],
      [36, 37],
      [0, 40],
    ]
    expect(bodyBox(ct(body, table), true)).toEqual({ start: [7, 9, 11], shape: [26, 20, 16] })
  })
  it('is the whole grid without a body', () => {
    expect(bodyBox(ct(), true)).toEqual({ start: [0, 0, 0], shape: [40, 40, 40] })
  })
  it('finds a body on a fine grid without losing its edge', () => {
    const geometry = gridOf([64, 64, 64], [1, 1, 1])
    const data = new Int16Array(64 ** 3).fill(-1000)
    for (let k = 21; k < 43; k++)
      for (let j = 21; j < 43; j++) data.fill(0, (k * 64 + j) * 64 + 21, (k * 64 + j) * 64 + 43)
    const { start, shape } = bodyBox({ data, geometry }, true)
    start.forEach((first, axis) => {
      expect(first).toBeLessThanOrEqual(21 - 7)
      expect(first + shape[axis]).toBeGreaterThanOrEqual(43 + 7)
      expect(shape[axis]).toBeLessThan(50)
    })
  })
  it('of other modalities is everything that is not zero', () => {
    const geometry = gridOf([3, 3, 3], [1, 1, 1])
    const data = new Float32Array(27)
    data[13] = 0.5
    expect(bodyBox({ data, geometry }, false)).toEqual({ start: [1, 1, 1], shape: [1, 1, 1] })
  })
})

describe('normalise', () => {
  it('of CT clips and compresses air and bone', () => {
    const image = Float32Array.of(-1000, 0, 50, 3000)
    normalise(image, { kind: 'ct', low: -50, high: 150, centre: 50, knee: 50 })
    // asinh of -2, -1, 0 and 2
    const expected = [-1.44364, -0.88137, 0, 1.44364]
    image.forEach((value, n) => expect(value).toBeCloseTo(expected[n]!, 4))
  })
  it('per volume has mean 0 and sd 1, whatever the scale, and outliers do not matter', () => {
    const values = Float32Array.from({ length: 1000 }, (_, n) => n)
    const scaled = values.map((value) => 1e4 * value + 7)
    scaled[999] = 1e12
    normalise(values, { kind: 'per-volume' })
    normalise(scaled, { kind: 'per-volume' })
    expect(values.reduce((sum, v) => sum + v, 0) / 1000).toBeCloseTo(0, 4)
    expect(values.reduce((sum, v) => sum + v * v, 0) / 1000).toBeCloseTo(1, 4)
    values.forEach((value, n) => expect(scaled[n]).toBeCloseTo(value, 2))
  })
})
