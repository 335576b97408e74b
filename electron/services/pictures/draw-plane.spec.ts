import { expect, test } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { bestSlice, drawPlane, labelledBox, planeSize, type Box } from './draw-plane.ts'

// [depth, height, width] = [2, 3, 4] at 5 x 2 x 1 mm
const geometry: Geometry = {
  shape: [2, 3, 4],
  spacingMm: [5, 2, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}
const whole: Box = [
  [0, 2],
  [0, 3],
  [0, 4],
]

test.each([
  ['axial', [4, 6]],
  ['coronal', [4, 10]],
  ['sagittal', [6, 10]],
] as const)('%s: pixels are millimetres along both axes', (plane, size) => {
  expect(planeSize({ plane, slice: 0, box: whole, pixelMm: 1 }, geometry)).toEqual(size)
})

test('superior is up', () => {
  // The lower slice is black, the upper one white.
  const image = Float32Array.from({ length: 24 }, (_, v) => (v < 12 ? 0 : 100))
  const picture = drawPlane({ geometry, image, window: [0, 100] }, null, [], {
    plane: 'coronal',
    slice: 1,
    box: whole,
    pixelMm: 1,
  })
  expect(picture.rgb[0]).toBe(255)
  expect(picture.rgb.at(-1)).toBe(0)
})

test('organs: outline opaque, inside translucent', () => {
  const flat: Geometry = { ...geometry, shape: [1, 3, 3], spacingMm: [1, 1, 1] }
  const labels = new Uint8Array(9).fill(1)
  const scan = { geometry: flat, image: new Float32Array(9), window: [0, 1] as const }
  const box: Box = [
    [0, 1],
    [0, 3],
    [0, 3],
  ]
  const picture = drawPlane(scan, labels, [[200, 100, 0]], { plane: 'axial', slice: 0, box, pixelMm: 1 })
  const reds = Array.from({ length: 9 }, (_, v) => picture.rgb[v * 3])
  expect(reds).toEqual([200, 200, 200, 200, 80, 200, 200, 200, 200])
})

test('the slice with two organs wins over the one with a larger single organ', () => {
  const labels = new Uint8Array(24)
  labels.fill(1, 0, 5) // five voxels of one organ in slice 0: sqrt(5) = 2.2
  labels.set([1, 1, 2, 2], 12) // two of each in slice 1: 2 sqrt(2) = 2.8
  expect(bestSlice(labels, geometry, 'axial')).toBe(1)
})

test('the box around the labels, with a margin in mm, inside the volume', () => {
  const labels = new Uint8Array(24)
  labels[(0 * 3 + 1) * 4 + 2] = 1
  expect(labelledBox(labels, geometry, 2)).toEqual([
    [0, 1],
    [0, 3],
    [0, 4],
  ])
  expect(labelledBox(new Uint8Array(24), geometry, 2)).toEqual(whole)
})
