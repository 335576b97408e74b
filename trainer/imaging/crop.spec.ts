import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../contract/geometry.ts'
import { cropVolume, growBox, nonZeroBox, uniteBoxes, wholeBox } from './crop.ts'

const geometry: Geometry = {
  shape: [3, 3, 4],
  spacingMm: [2, 1, 1],
  origin: [5, 5, 5],
  direction: [1, 0, 0, 0, -1, 0, 0, 0, 1],
}
const data = Uint8Array.from({ length: 36 }, (_, n) => n)

describe('cropVolume', () => {
  it('keeps the voxels of the box where they were', () => {
    const cropped = cropVolume({ data, geometry }, { start: [1, 0, 2], shape: [2, 2, 1] })
    // index 12 k + 4 j + i for k = 1, 2; j = 0, 1; i = 2
    expect([...cropped.data]).toEqual([14, 18, 26, 30])
    expect(cropped.geometry).toEqual({ ...geometry, shape: [2, 2, 1], origin: [7, 5, 7] })
  })

  it('shares the data of a whole box', () => {
    expect(cropVolume({ data, geometry }, wholeBox(geometry.shape)).data).toBe(data)
  })
})

describe('nonZeroBox', () => {
  const box = (...indices: number[]) => {
    const mask = new Uint8Array(36)
    indices.forEach((index) => (mask[index] = 1))
    return nonZeroBox(mask, geometry.shape)
  }
  it.each([
    ['one voxel', [17], { start: [1, 1, 1], shape: [1, 1, 1] }],
    ['two corners', [0, 35], { start: [0, 0, 0], shape: [3, 3, 4] }],
    // (0, 2, 3) and (2, 0, 1)
    ['a diagonal', [11, 25], { start: [0, 0, 1], shape: [3, 3, 3] }],
  ])('%s', (_, indices, expected) => expect(box(...indices)).toEqual(expected))

  it('is null without any, and NaN counts as zero', () => {
    expect(box()).toBeNull()
    expect(nonZeroBox(new Float32Array(36).fill(NaN), geometry.shape)).toBeNull()
  })
})

describe('boxes', () => {
  const a = { start: [1, 1, 1], shape: [1, 1, 1] } as const
  const box = { start: a.start, shape: [...a.shape] as [number, number, number] }
  it('grow within the shape', () => {
    expect(growBox(box, [1, 0, 5], geometry.shape)).toEqual({ start: [0, 1, 0], shape: [3, 1, 4] })
  })
  it('unite', () => {
    expect(uniteBoxes(box, { start: [0, 2, 1], shape: [1, 1, 3] })).toEqual({ start: [0, 1, 1], shape: [2, 2, 3] })
  })
})
