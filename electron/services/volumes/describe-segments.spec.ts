import { describe, expect, test } from 'vitest'
import { describeSegments } from './describe-segments.ts'

describe('the middle of a segment', () => {
  test('is its centroid when that belongs to it', () => {
    // [1, 3, 3]: a full square of 5
    expect(describeSegments(new Uint8Array(9).fill(5), [1, 3, 3])).toEqual({
      segments: [{ value: 5, voxels: 9, centre: [0, 1, 1], first: [0, 0, 0], last: [0, 2, 2] }],
    })
  })

  test('is its nearest voxel when it bends around its centroid', () => {
    // [1, 3, 3]: a ring of 2 around a 1
    const labels = Uint8Array.from([2, 2, 2, 2, 1, 2, 2, 2, 2])
    const [one, ring] = describeSegments(labels, [1, 3, 3]).segments
    expect(one).toEqual({ value: 1, voxels: 1, centre: [0, 1, 1], first: [0, 1, 1], last: [0, 1, 1] })
    expect(ring.voxels).toBe(8)
    expect(ring.centre).toEqual([0, 0, 1])
  })
})
