// The order of voxels and channels in what a network takes.
import { describe, expect, it } from 'vitest'
import { networkInput } from './network-input.ts'

describe('networkInput', () => {
  it('puts channels last: [2, 1, 2, 3] -> [1, 1, 2, 3, 2]', () => {
    const x = networkInput(Float32Array.from([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]), [1, 2, 3])
    expect(x.shape).toEqual([1, 1, 2, 3, 2])
    expect([...x.dataSync()]).toEqual([0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15])
    x.dispose()
  })

  it('leaves one channel as it is', () => {
    const x = networkInput(Float32Array.from([3, 1, 2]), [1, 1, 3])
    expect([x.shape, [...x.dataSync()]]).toEqual([
      [1, 1, 1, 3, 1],
      [3, 1, 2],
    ])
    x.dispose()
  })
})
