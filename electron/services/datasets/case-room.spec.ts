// Small cases use every core; large ones as many as the memory holds, and never fewer than two.
import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { createCaseRoom } from './case-room.ts'
import { mapConcurrently } from './map-concurrently.ts'

const ofShape = (...shape: Geometry['shape']): Geometry => ({
  shape,
  spacingMm: [1, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
})

describe('createCaseRoom', () => {
  it('starts with two, then goes by the largest case', () => {
    const room = createCaseRoom(32, 2 ** 31)
    expect(room.atOnce()).toBe(2)
    room.saw(ofShape(64, 64, 64))
    expect(room.atOnce()).toBe(32)
    room.saw(ofShape(200, 512, 512))
    expect(room.atOnce()).toBe(5)
    room.saw(ofShape(64, 64, 64))
    expect(room.atOnce()).toBe(5)
    room.saw(ofShape(2000, 1024, 1024))
    expect(room.atOnce()).toBe(2)
  })
})

describe('mapConcurrently', () => {
  it('follows a limit that changes, and keeps the order of the items', async () => {
    let [limit, running, most] = [1, 0, 0]
    const results = await mapConcurrently(
      [5, 4, 3, 2, 1, 0],
      () => limit,
      async (item) => {
        most = Math.max(most, ++running)
        for (let turn = 0; turn < item; turn++) await Promise.resolve()
        running--
        if (item === 4) limit = 3
        return item * 10
      },
    )
    expect(results).toEqual([50, 40, 30, 20, 10, 0])
    expect(most).toBe(3)
  })

  it('rejects with the first error and begins nothing more', async () => {
    const begun: number[] = []
    const work = async (item: number): Promise<void> => {
      begun.push(item)
      if (item === 1) throw new Error('no')
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
    await expect(mapConcurrently([0, 1, 2, 3, 4], 2, work)).rejects.toThrow('no')
    expect(begun).toEqual([0, 1])
  })
})
