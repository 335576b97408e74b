// Every voxel that is not 0 must lie in a block, whatever the kind of number and wherever the array begins.
import { describe, expect, it } from 'vitest'
import { filledBlocks } from './filled-blocks.ts'

describe('filledBlocks', () => {
  it('finds nothing in an empty array and in one of zeros', () => {
    expect(filledBlocks(new Uint8Array(0))).toEqual([])
    expect(filledBlocks(new Float32Array(10_000))).toEqual([])
  })

  it('joins blocks that touch, and ends with the array', () => {
    const data = new Int16Array(10_000)
    data[4095] = 1
    data[4096] = -1
    expect(filledBlocks(data)).toEqual([[0, 8192]])
    data[9999] = 7
    expect(filledBlocks(data)).toEqual([[0, 10_000]])
    data[4096] = 0
    expect(filledBlocks(data)).toEqual([
      [0, 4096],
      [8192, 10_000],
    ])
  })

  it.each([Uint8Array, Int8Array, Uint16Array, Int32Array, Float32Array, Float64Array])(
    'counts in voxels of %o',
    (kind) => {
      const data = new kind(3 * 4096 + 8).subarray(8)
      data[5000] = 1
      expect(filledBlocks(data)).toEqual([[4096, 8192]])
    },
  )
})
