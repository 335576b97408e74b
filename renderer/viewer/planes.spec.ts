import { describe, expect, test } from 'vitest'
import type { Geometry } from '../../contract/geometry.ts'
import { edgeLetters, pixelToVoxel, PLANES, planeAxes, planeSize, sliceOf, voxelToPixel } from './planes.ts'
import type { Volume, Voxel } from './volume.ts'

const geometry: Geometry = {
  shape: [2, 3, 4],
  spacingMm: [5, 2, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}
/** Each voxel holds 100 k + 10 j + i. */
const data = Uint8Array.from(
  { length: 24 },
  (_, at) => 100 * Math.floor(at / 12) + 10 * (Math.floor(at / 4) % 3) + (at % 4),
)
const stored = (k: number[], j: number[], i: number[]): Uint8Array =>
  Uint8Array.from(k.flatMap((z) => j.flatMap((y) => i.map((x) => 100 * z + 10 * y + x))))
const volume: Volume = {
  header: {
    geometry,
    type: 'uint8',
    slope: 1,
    intercept: 0,
    exact: true,
    range: { min: 0, max: 123 },
    window: { centre: 60, width: 120 },
    planes: [1, 1, 2],
    notes: [],
  },
  planes: [stored([1], [0, 1, 2], [0, 1, 2, 3]), stored([0, 1], [1], [0, 1, 2, 3]), stored([0, 1], [0, 1, 2], [2])],
  data,
  content: { segments: [] },
}

describe('a slice', () => {
  test('axial: right to left, front to back', () => {
    expect([...sliceOf(volume, 'axial', 1)!]).toEqual([100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123])
  })

  test('coronal: right to left, head on top', () => {
    expect([...sliceOf(volume, 'coronal', 2)!]).toEqual([120, 121, 122, 123, 20, 21, 22, 23])
  })

  test('sagittal: front to back, head on top', () => {
    expect([...sliceOf(volume, 'sagittal', 3)!]).toEqual([103, 113, 123, 3, 13, 23])
  })

  test.each(PLANES)('%s: the plane that comes first is the one of the whole volume', (plane) => {
    const { header } = volume
    const slice = header.planes[planeAxes[plane].across]
    expect(sliceOf({ ...volume, data: null }, plane, slice)).toEqual(sliceOf(volume, plane, slice))
    expect(sliceOf({ ...volume, data: null }, plane, 0)).toBeNull()
  })

  test.each(PLANES)('%s: each voxel is found at the pixel that shows it, and back', (plane) => {
    const { columns } = planeSize(geometry, plane)
    for (let k = 0; k < 2; k++) {
      for (let j = 0; j < 3; j++) {
        for (let i = 0; i < 4; i++) {
          const voxel: Voxel = [k, j, i]
          const slice = voxel[planeAxes[plane].across]
          const pixel = voxelToPixel(geometry.shape, plane, voxel)
          const pixels = sliceOf(volume, plane, slice)!
          expect(pixels[Math.floor(pixel.y) * columns + Math.floor(pixel.x)]).toBe(100 * k + 10 * j + i)
          expect(pixelToVoxel(geometry.shape, plane, slice, pixel)).toEqual(voxel)
        }
      }
    }
  })
})

describe('the letters at the edges', () => {
  test('follow the radiological convention', () => {
    expect(edgeLetters(geometry, 'axial')).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' })
    expect(edgeLetters(geometry, 'coronal')).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I' })
    expect(edgeLetters(geometry, 'sagittal')).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' })
  })

  test('name both directions of a turned scan, the nearer one first', () => {
    // 30 degrees about the long axis: width to left and posterior
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
    const turned = { ...geometry, direction: [c, -s, 0, s, c, 0, 0, 0, 1] }
    expect(edgeLetters(turned, 'axial')).toEqual({ left: 'RA', right: 'LP', top: 'AL', bottom: 'PR' })
  })

  test('leave out what is hardly there', () => {
    const [c, s] = [Math.cos(0.1), Math.sin(0.1)]
    const turned = { ...geometry, direction: [c, -s, 0, s, c, 0, 0, 0, 1] }
    expect(edgeLetters(turned, 'axial').left).toBe('R')
  })
})
