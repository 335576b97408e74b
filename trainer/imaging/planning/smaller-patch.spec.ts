import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../contract/geometry.ts'
import { smallerPatch } from './smaller-patch.ts'
import type { Stride } from './patch-shape.ts'

const one: Stride = [1, 1, 1]
const all: Stride = [2, 2, 2]
const flat: Stride = [1, 2, 2]

describe('smallerPatch', () => {
  it.each<{ patch: Shape; strides: Stride[]; smaller: Shape | null }>([
    // 64 x 64 x 64 by 8 at a time: 56 x 64 x 64, 56 x 56 x 64, 56 x 56 x 56 (67 %), 48 x 56 x 56 (57 %)
    { patch: [64, 64, 64], strides: [one, all, all, all], smaller: [48, 56, 56] },
    // the long axes first
    { patch: [16, 64, 64], strides: [one, flat, all], smaller: [16, 48, 48] },
    // one step less would leave a single voxel at the lowest resolution
    { patch: [16, 16, 16], strides: [one, all, all, all], smaller: null },
    { patch: [16, 16, 32], strides: [one, all, all, all], smaller: [16, 16, 16] },
  ])('$patch -> $smaller', ({ patch, strides, smaller }) => {
    expect(smallerPatch(patch, strides)).toEqual(smaller)
  })
})
