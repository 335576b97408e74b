// Which kind of number a series becomes, and that nothing is lost when a slice needs more than was thought.
import { expect, it } from 'vitest'
import type { SliceFrame } from './frames.ts'
import type { PixelFormat } from './pixel-format.ts'
import { createSliceStore } from './slice-store.ts'
import type { FrameValues } from './stored-values.ts'

const PATH = 'series.dcm'
const format = (bitsStored: number, signed: boolean, float = false): PixelFormat => ({
  ...{ rows: 1, columns: 2, frames: 1, bitsAllocated: bitsStored <= 8 ? 8 : bitsStored <= 16 ? 16 : 32 },
  ...{ bitsStored, highBit: bitsStored - 1, signed, float },
})
const slice = (slope: number, intercept: number): SliceFrame => ({
  ...{ path: PATH, frame: 0, rows: 1, columns: 2, position: [0, 0, 0] },
  ...{ orientation: [[1, 0, 0] as const, [0, 1, 0] as const].map((axis) => [...axis]) as never, pixelSpacing: [1, 1] },
  ...{ sliceThickness: 1, spacingBetweenSlices: 1, slope, intercept, order: [0, 0, 0] },
})

function stored(pixels: PixelFormat, slices: readonly SliceFrame[], values: readonly FrameValues[]) {
  const store = createSliceStore(slices, new Map([[PATH, pixels]]), 2 * slices.length)
  for (const [n, each] of values.entries()) store.put(2 * n, each, slices[n])
  return store.voxels()
}

it.each([
  ['8 bits', format(8, false), 1, 0, Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
  ['12 bits of HU', format(12, false), 1, -1024, Uint16Array.of(0, 4095), Int16Array.of(-1024, 3071)],
  ['16 bits without sign', format(16, false), 1, 0, Uint16Array.of(0, 65535), Uint16Array.of(0, 65535)],
  ['16 bits of HU', format(16, false), 1, -1024, Uint16Array.of(0, 33791), Int16Array.of(-1024, 32767)],
  ['16 bits of HU, too much', format(16, false), 1, -1024, Uint16Array.of(0, 33792), Int32Array.of(-1024, 32768)],
  ['a falling line', format(16, true), -2, 0, Int16Array.of(-16384, 16384), Int32Array.of(32768, -32768)],
  ['a slope', format(16, false), 0.5, 0, Uint16Array.of(1, 3), Float32Array.of(0.5, 1.5)],
  ['32 bits', format(32, false), 0.1, 0, Float64Array.of(10, 30), Float64Array.of(1, 3)],
])('%s', (_, pixels, slope, intercept, values, expected) => {
  expect(stored(pixels, [slice(slope, intercept)], [values])).toEqual(expected)
})

it('slices that came before are kept when one needs wider numbers', () => {
  const slices = [slice(1, -1024), slice(1, -1024), slice(1, -1024)]
  const values = [Uint16Array.of(24, 1024), Uint16Array.of(65535, 0), Uint16Array.of(1, 2)]
  expect(stored(format(16, false), slices, values)).toEqual(Int32Array.of(-1000, 0, 64511, -1024, -1023, -1022))
})
