import { describe, expect, test } from 'vitest'
import { cutOrgan, smooth } from './organ-block.ts'

describe('the block around an organ', () => {
  test('holds the organ alone, with a rim of two voxels, and says where it was', () => {
    // [1, 1, 4]: the organ 3 beside another
    const block = cutOrgan(Uint8Array.from([0, 3, 3, 8]), [1, 1, 4], 3, [0, 0, 1], [0, 0, 2])
    expect(block).toMatchObject({ shape: [5, 5, 6], first: [-2, -2, -1], step: 1 })
    expect(block.mask.filter((value) => value === 255)).toHaveLength(2)
    expect(block.mask[(2 * 5 + 2) * 6 + 2]).toBe(255)
  })

  test('smoothing keeps what is inside and halves at the border', () => {
    // a plane: the last three of six columns of a [5, 5, 6] block
    const mask = Uint8Array.from({ length: 150 }, (_, at) => (at % 6 >= 3 ? 255 : 0))
    const row = [...smooth(mask, [5, 5, 6])].slice((2 * 5 + 2) * 6, (2 * 5 + 2) * 6 + 6)
    expect(row).toEqual([0, 0, 64, 191, 255, 0])
  })
})
