import { describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { gaussianWeights, predictVolume, windowStarts } from './sliding-window.ts'

const numbered = (shape: Shape) => ({
  data: Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, v) => v),
  shape,
  outside: [-7],
})

describe('windowStarts', () => {
  it.each([
    { size: 10, window: 10, overlap: 0.5, starts: [0] },
    { size: 20, window: 10, overlap: 0.5, starts: [0, 5, 10] },
    { size: 20, window: 10, overlap: 0, starts: [0, 10] },
    { size: 21, window: 10, overlap: 0, starts: [0, 6, 11] },
    { size: 11, window: 10, overlap: 0.5, starts: [0, 1] },
    // smaller than the window: in its middle
    { size: 4, window: 10, overlap: 0.5, starts: [-3] },
    { size: 5, window: 8, overlap: 0.5, starts: [-1] },
  ])('%o', ({ size, window, overlap, starts }) => {
    expect(windowStarts(size, window, overlap).map((start) => start + 0)).toEqual(starts)
  })

  it('covers every voxel, stays inside, and overlaps at least as asked', () => {
    for (let size = 1; size < 60; size += 3) {
      for (const window of [1, 4, 7, 16]) {
        for (const overlap of [0, 0.25, 0.5, 0.9]) {
          const starts = windowStarts(size, window, overlap)
          const covered = new Set(starts.flatMap((start) => Array.from({ length: window }, (_, i) => start + i)))
          for (let v = 0; v < size; v++) expect(covered.has(v), `${size} ${window} ${overlap} ${v}`).toBe(true)
          if (size <= window) continue
          expect(starts[0]).toBe(0)
          expect(starts.at(-1)).toBe(size - window)
          const steps = starts.slice(1).map((start, i) => start - starts[i]!)
          // rounding to voxels may cost one
          expect(Math.max(...steps)).toBeLessThanOrEqual(Math.max(1, window * (1 - overlap)) + 1)
          expect(Math.min(...steps)).toBeGreaterThan(0)
        }
      }
    }
  })
})

it('gaussianWeights: 1 in the middle, symmetric, never zero', () => {
  const weights = gaussianWeights([5, 1, 7])
  expect(weights[17]).toBeCloseTo(1, 6)
  expect([...weights].reverse()).toEqual([...weights])
  expect(Math.min(...weights)).toBeCloseTo(1e-3, 6)
})

describe('predictVolume', () => {
  it.each([
    { shape: [9, 12, 7], window: [4, 6, 4], overlap: 0.5 },
    { shape: [3, 20, 5], window: [8, 8, 8], overlap: 0.25 },
    { shape: [2, 3, 2], window: [4, 4, 4], overlap: 0.5 },
    { shape: [4, 4, 4], window: [4, 4, 4], overlap: 0 },
  ] as { shape: Shape; window: Shape; overlap: number }[])(
    'puts what a predictor says of each voxel back in its place: %o',
    ({ shape, window, overlap }) => {
      const image = numbered(shape)
      // class 0 says the voxel's own number, class 1 a constant
      const predict = (cut: Float32Array) =>
        Float32Array.from({ length: 2 * cut.length }, (_, i) => (i % 2 ? 3 : cut[i / 2]!))
      const result = predictVolume(image, window, 2, overlap, predict)
      expect(result.length).toBe(2 * image.data.length)
      image.data.forEach((value, v) => {
        expect(result[2 * v]).toBeCloseTo(value, 3)
        expect(result[2 * v + 1]).toBeCloseTo(3, 5)
      })
    },
  )

  it('cuts every channel of a window, each with its own outside', () => {
    const image = { data: Float32Array.from([0, 1, 10, 11]), shape: [1, 1, 2] as Shape, outside: [-7, -8] }
    const seen: number[][] = []
    predictVolume(image, [1, 1, 4], 1, 0.5, (cut) => (seen.push([...cut]), cut.subarray(0, 4)))
    expect(seen).toEqual([[-7, 0, 1, -7, -8, 10, 11, -8]])
  })

  it('fills what lies outside the volume', () => {
    const seen: number[][] = []
    predictVolume(numbered([1, 1, 2]), [1, 1, 4], 1, 0.5, (cut) => (seen.push([...cut]), cut))
    expect(seen).toEqual([[-7, 0, 1, -7]])
  })

  it('lets the middle of a window count more than its rim', () => {
    // windows at 0 and 2 of 4; they say 0 and 1. Voxels 2 and 3 are in both
    let calls = 0
    const result = predictVolume(numbered([1, 1, 6]), [1, 1, 4], 1, 0.5, (cut) =>
      new Float32Array(cut.length).fill(calls++),
    )
    expect([result[0], result[1], result[4], result[5]]).toEqual([0, 0, 1, 1])
    expect(result[2]).toBeLessThan(0.5)
    expect(result[3]).toBeGreaterThan(0.5)
    expect(result[2]! + result[3]!).toBeCloseTo(1, 5)
  })
})
