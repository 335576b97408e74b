import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../contract/geometry.ts'
import { compareGeometry, pointToVoxel, voxelToPoint } from './geometry.ts'
import { rotatedDirection, signedPermutations } from './test-geometries.ts'

const axial: Geometry = {
  shape: [4, 5, 6],
  spacingMm: [3, 2, 1],
  origin: [10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

describe('voxelToPoint', () => {
  it('takes [k, j, i] to (x, y, z)', () => {
    // x = 10 + 3 * 1, y = 20 + 2 * 2, z = 30 + 1 * 3
    expect(voxelToPoint(axial, [1, 2, 3])).toEqual([13, 24, 33])
  })

  it('follows the columns of the direction', () => {
    // i runs along z, j along -x, k along y
    const direction = [0, -1, 0, 0, 0, 1, 1, 0, 0]
    expect(voxelToPoint({ ...axial, direction }, [1, 2, 3])).toEqual([10 - 4, 20 + 3, 30 + 3])
  })

  it.each([...signedPermutations(), rotatedDirection(0.4, -1.1, 2.2)])(
    'is undone by pointToVoxel for direction %d %d %d %d %d %d %d %d %d',
    (...direction) => {
      const geometry = { ...axial, direction }
      const voxel = pointToVoxel(geometry, voxelToPoint(geometry, [0.25, -3, 7.5]))
      voxel.forEach((value, axis) => expect(value).toBeCloseTo([0.25, -3, 7.5][axis], 10))
    },
  )
})

describe('compareGeometry', () => {
  // a rotation by 0.01 about z moves the far corner (5 mm, 8 mm from the axis) by 2 sin(0.005) sqrt(25 + 64)
  it.each([
    ['nothing', {}, true, 0, null],
    ['a shift within the tolerance', { origin: [10.05, 20, 30] }, true, 0.05, null],
    ['a shift', { origin: [13, 24, 30] }, false, 5, 'origin'],
    ['another slice distance', { spacingMm: [4, 2, 1] }, false, 3, 'spacing'],
    ['a rotation', { direction: rotatedDirection(0, 0, 0.01) }, false, 0.0943, 'direction'],
    ['another shape', { shape: [4, 5, 7] }, false, Infinity, 'shape'],
  ] as const)('%s', (_, change, same, differenceMm, what) => {
    const other = { ...axial, ...change } as Geometry
    const comparison = compareGeometry(axial, other, what === 'direction' ? 0.01 : 0.1)
    expect(comparison).toMatchObject({ same, what })
    if (Number.isFinite(differenceMm)) expect(comparison.differenceMm).toBeCloseTo(differenceMm, 3)
    else expect(comparison.differenceMm).toBe(Infinity)
  })

  it('says by how many millimetres and between which values', () => {
    const { message } = compareGeometry(axial, { ...axial, origin: [13, 24, 30] }, 0.1)
    expect(message).toBe('the grids lie up to 5.00 mm apart: origin (10, 20, 30) differs from (13, 24, 30)')
    expect(compareGeometry(axial, { ...axial, shape: [4, 5, 7] }, 0.1).message).toContain(
      '4 x 5 x 6 differs from 4 x 5 x 7',
    )
  })
})
