// Scans with thick slices: what the plan does about them.
import { describe, expect, it } from 'vitest'
import type { Shape, Spacing } from '../../../contract/geometry.ts'
import { RunConfigSchema, type RunConfigInput } from '../../../contract/run-config.ts'
import { caseWith, datasetOf, gridOf } from '../test-dataset.ts'
import { derivePlan } from './derive-plan.ts'
import { kernelsFor, stridesFor } from './patch-shape.ts'

/** 24 slices of 5 mm, 400 x 400 voxels of 0.7 mm, and the same scan with other slices. */
const thick = (sliceMm = 5) => gridOf([Math.round(120 / sliceMm), 400, 400], [sliceMm, 0.7, 0.7])
const plan = (grids: ReturnType<typeof gridOf>[], input: RunConfigInput = {}) =>
  derivePlan([datasetOf(grids.map((geometry) => caseWith({ geometry })))], RunConfigSchema.parse(input))
const large = { plan: { maxMedianVoxels: 100_000_000 } }

describe('spacing', () => {
  it('of an axis with thick and few slices is the 10th percentile, not the median', () => {
    const grids = [3, 3, 5, 5, 5, 5, 5, 5, 6, 6, 6].map((mm) => thick(mm))
    const { spacingMm, reasons } = plan(grids, large)
    expect(spacingMm).toEqual([3, 0.7, 0.7])
    expect(reasons[0]).toContain('the median (across the thick slices: the 10th percentile) of 11 cases')
  })

  it('is never finer there than in the slices', () => {
    const grids = [gridOf([100, 400, 400], [0.5, 0.7, 0.7]), ...Array.from({ length: 5 }, () => thick())]
    expect(plan(grids, large).spacingMm).toEqual([expect.closeTo(2.75, 10), 0.7, 0.7])
    const two = [gridOf([400, 400, 400], [0.3, 0.7, 0.7]), gridOf([400, 400, 400], [0.3, 0.7, 0.7])]
    expect(plan([...two, ...Array.from({ length: 4 }, () => thick())], large).spacingMm).toEqual([0.7, 0.7, 0.7])
  })

  it('is the median where slices are thick and many, or only twice as thick', () => {
    const many = [3, 5, 5].map((mm) => gridOf([300, 400, 400], [mm, 0.7, 0.7]))
    expect(plan(many, large).spacingMm).toEqual([5, 0.7, 0.7])
    const twice = [1, 1.4, 1.4].map((mm) => gridOf([60, 200, 200], [mm, 0.7, 0.7]))
    expect(plan(twice, large).spacingMm).toEqual([1.4, 0.7, 0.7])
  })
})

describe('network', () => {
  it('sees slices one by one and halves them in the plane until voxels are nearly cubes', () => {
    // in the plane 0.7 -> 1.4 -> 2.8: from there on 5 mm is less than twice as long
    const { strides, kernels, spacingMm, patch } = plan([thick()], large)
    expect(spacingMm).toEqual([5, 0.7, 0.7])
    expect(strides.map((stride) => stride.join('')).slice(0, 4)).toEqual(['111', '122', '122', '222'])
    expect(kernels!.map((kernel) => kernel.join(''))).toEqual(['133', '133', '333', '333', '333'])
    expect(patch[0]).toBe(8)
    expect(patch[1] / patch[0]).toBeGreaterThan(10)
  })

  it('takes thick slices whole, and says why', () => {
    const { thickAxis, reasons } = plan([thick()], large)
    expect(thickAxis).toBe(0)
    const text = reasons.join(' ')
    expect(text).toContain('Kernels 1 x 3 x 3, 1 x 3 x 3 at the first 2 resolutions')
    expect(text).toContain('Slices along the depth are thick: they are taken whole')
  })

  it('is the same as ever where voxels are nearly cubes, or where a configuration says so', () => {
    const cubes = plan([gridOf([60, 80, 80], [1.5, 1, 1])])
    expect(cubes.kernels!.every((kernel) => kernel.join('') === '333')).toBe(true)
    expect(cubes.thickAxis).toBeUndefined()
    const config = { plan: { ...large.plan, thickSlices: 'interpolate' }, network: { kernels: 'cubic' } } as const
    const told = plan([thick()], config)
    expect(told.kernels!.every((kernel) => kernel.join('') === '333')).toBe(true)
    expect(told.thickAxis).toBeUndefined()
  })

  it.each([
    [
      [20, 140, 140],
      [5, 1, 1],
      ['133', '133', '333', '333', '333'],
    ],
    // a second axis in between: 1 -> 2 lets 3 in, 2 -> 4 lets 7 in
    [
      [64, 64, 128],
      [7, 3, 1],
      ['113', '133', '333', '333', '333'],
    ],
    [
      [64, 64, 64],
      [1, 1, 1],
      ['333', '333', '333', '333', '333'],
    ],
  ] as [Shape, Spacing, string[]][])('kernels of %o at %o mm', (patch, spacing, expected) => {
    const strides = stridesFor(patch, spacing, 5)
    expect(kernelsFor(strides, spacing).map((kernel) => kernel.join(''))).toEqual(expected)
  })
})
