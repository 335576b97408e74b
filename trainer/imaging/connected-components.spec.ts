import { describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { removeSmallParts } from './connected-components.ts'
import { createRandom } from './random.ts'

const clean = (shape: Shape, rows: string, keep: Record<number, number>) => {
  const classes = Uint8Array.from(rows.replace(/\s/g, ''), Number)
  expect(classes.length).toBe(shape[0] * shape[1] * shape[2])
  const removed = removeSmallParts(
    classes,
    shape,
    new Map(Object.entries(keep).map(([c, share]) => [Number(c), share])),
  )
  return { left: classes.join(''), removed }
}

describe('removeSmallParts', () => {
  it.each([
    { what: 'the largest stays', rows: '11011101', keep: { 1: 1 }, left: '00011100', removed: 3 },
    { what: 'of two equal ones the first', rows: '01100110', keep: { 1: 1 }, left: '01100000', removed: 2 },
    { what: 'a share of the largest', rows: '11110110', keep: { 1: 0.5 }, left: '11110110', removed: 0 },
    { what: 'less than the share', rows: '11110010', keep: { 1: 0.5 }, left: '11110000', removed: 1 },
    { what: 'other classes are left alone', rows: '21011022', keep: { 1: 1 }, left: '20011022', removed: 1 },
    { what: 'each class has its own largest', rows: '12112202', keep: { 1: 1, 2: 1 }, left: '00112200', removed: 3 },
    { what: 'nothing to keep, nothing to do', rows: '10101010', keep: {}, left: '10101010', removed: 0 },
  ])('in a row of voxels: $what', ({ rows, keep, left, removed }) => {
    expect(clean([1, 1, 8], rows, keep)).toEqual({ left, removed })
  })

  it.each([
    // [2, 2, 4]: two slices of two rows
    { what: 'a face', rows: '1000 0000 1000 0111', left: '1000000010000111' },
    { what: 'a corner in the next slice', rows: '1000 0000 0000 0111', left: '1000000000000111' },
    { what: 'an edge', rows: '0010 0000 0000 0101', left: '0010000000000101' },
  ])('connects over $what', ({ rows, left }) => {
    expect(clean([2, 2, 4], rows, { 1: 1 }).left).toBe(left)
  })

  it('does not connect the end of a row with the beginning of the next', () => {
    expect(clean([1, 2, 4], '0001 1100', { 1: 1 }).left).toBe('00001100')
    expect(clean([2, 1, 4], '0001 1100', { 1: 1 }).left).toBe('00001100')
  })

  it('finds a part that meets itself late', () => {
    // a U: two arms that meet in the last row
    expect(clean([1, 3, 5], '10101 10001 11111', { 1: 1 }).left).toBe('100011000111111')
  })

  it('agrees with a flood fill on noise', () => {
    const shape: Shape = [9, 8, 11]
    for (let seed = 0; seed < 20; seed++) {
      const random = createRandom(seed, 'parts')
      const noise = Uint8Array.from({ length: 792 }, () => (random.next() < 0.18 ? 1 + random.integer(2) : 0))
      const expected = floodFill(noise, shape, 0.4)
      removeSmallParts(noise, shape, new Map([1, 2].map((unionClass) => [unionClass, 0.4])))
      expect([...noise]).toEqual(expected)
    }
  })
})

/** The slow way: grows each part voxel by voxel. */
function floodFill(classes: Uint8Array, [depth, height, width]: Shape, share: number): number[] {
  const part = new Int32Array(classes.length).fill(-1)
  const sizes: number[] = []
  for (let start = 0; start < classes.length; start++) {
    if (classes[start] === 0 || part[start] !== -1) continue
    const open = [start]
    part[start] = sizes.length
    let size = 0
    for (let v = open.pop(); v !== undefined; v = open.pop()) {
      size += 1
      const [z, y, x] = [Math.floor(v / (height * width)), Math.floor(v / width) % height, v % width]
      for (let k = Math.max(0, z - 1); k <= Math.min(depth - 1, z + 1); k++)
        for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
          for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
            const next = (k * height + j) * width + i
            if (classes[next] !== classes[v] || part[next] !== -1) continue
            part[next] = sizes.length
            open.push(next)
          }
    }
    sizes.push(size)
  }
  const largest = [0, 0, 0]
  classes.forEach((c, v) => (largest[c] = c === 0 ? 0 : Math.max(largest[c]!, sizes[part[v]!]!)))
  return [...classes].map((c, v) => (c !== 0 && sizes[part[v]!]! >= share * largest[c]! ? c : 0))
}
