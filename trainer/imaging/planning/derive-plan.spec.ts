import { describe, expect, it } from 'vitest'
import type { Intensity } from '../../../contract/case.ts'
import type { Modality } from '../../../contract/channel.ts'
import type { Shape, Spacing } from '../../../contract/geometry.ts'
import { PlanSchema } from '../../../contract/plan.ts'
import { RunConfigSchema, type RunConfigInput } from '../../../contract/run-config.ts'
import { derivePlan } from './derive-plan.ts'
import { caseWith, datasetOf, gridOf } from '../test-dataset.ts'

const config = (input: RunConfigInput = {}) => RunConfigSchema.parse(input)
const study = (...grids: [Shape, Spacing][]) => [
  datasetOf(grids.map(([shape, spacing]) => caseWith({ geometry: gridOf(shape, spacing) }))),
]
const voxels = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

describe('spacing', () => {
  it('is the median an axis when the median case is small', () => {
    const plan = derivePlan(
      study(
        [
          [35, 50, 36],
          [1, 1, 1],
        ],
        [
          [35, 50, 36],
          [1, 1.2, 1],
        ],
        [
          [35, 50, 36],
          [3, 1.4, 1],
        ],
      ),
      config(),
    )
    expect(plan.spacingMm).toEqual([1, 1.2, 1])
    // extents 35, 60, 36 mm
    expect(plan.medianShape).toEqual([35, 50, 36])
    expect(plan.reasons[0]).toBe(
      'Spacing 1 x 1.2 x 1 mm, the median of 3 cases; the median case then has 35 x 50 x 36 voxels.',
    )
  })

  it.each([
    // isotropic: 200^3 mm in 400000 voxels is 2.71 mm
    [[200, 200, 200], [1, 1, 1], 2.65, 2.75],
    // thick slices stay while the plane alone can be coarsened: 60 slices leave 81 x 81
    [[60, 400, 400], [6, 1, 1], 4.8, 5.1],
  ] as [Shape, Spacing, number, number][])('of %o at %o mm grows where it is finest', (shape, spacing, from, to) => {
    const plan = derivePlan(study([shape, spacing]), config())
    expect(plan.spacingMm[1]).toBeGreaterThan(from)
    expect(plan.spacingMm[1]).toBeLessThan(to)
    expect(plan.spacingMm[2]).toBe(plan.spacingMm[1])
    expect(plan.spacingMm[0]).toBe(Math.max(spacing[0], plan.spacingMm[1]))
    expect(voxels(plan.medianShape)).toBeLessThanOrEqual(400_000)
    expect(voxels(plan.medianShape)).toBeGreaterThan(370_000)
    expect(plan.reasons[0]).toContain('exceeds plan.maxMedianVoxels 400000')
  })

  it('counts canonical axes, not those of the file', () => {
    const sagittal = { ...gridOf([40, 100, 80], [4, 1, 2]), direction: [0, 0, 1, 1, 0, 0, 0, 1, 0] }
    // i along y, j along z, k along x: canonical order is j, i, k
    const plan = derivePlan([datasetOf([caseWith({ geometry: sagittal })])], config())
    expect(plan.spacingMm).toEqual([1, 2, 4])
    expect(plan.medianShape).toEqual([100, 80, 40])
  })

  it('can be given', () => {
    const plan = derivePlan(
      study([
        [100, 100, 100],
        [1, 1, 1],
      ]),
      config({ plan: { spacingMm: [5, 4, 4] } }),
    )
    expect(plan).toMatchObject({ spacingMm: [5, 4, 4], medianShape: [20, 25, 25] })
    expect(plan.reasons[0]).toBe('Spacing 5 x 4 x 4 mm as configured.')
  })

  it('needs a case', () => {
    expect(() => derivePlan([datasetOf([caseWith({})])], config())).toThrow(/No case with a readable image/)
  })
})

describe('patch and network', () => {
  it.each([
    // median shape, spacing, patch, strides
    [
      [36, 50, 35],
      [1, 1, 1],
      [40, 56, 40],
      ['111', '222', '222', '222'],
    ],
    [
      [78, 80, 64],
      [3.8, 4.6, 4.6],
      [40, 56, 40],
      ['111', '222', '222', '222'],
    ],
    [
      [10, 12, 9],
      [1, 1, 1],
      [10, 12, 10],
      ['111', '222'],
    ],
    // thick slices are halved only once the plane is as coarse (1 -> 2 -> 4 against 5 mm); 14 * 80 * 80 = 89600
    [
      [20, 140, 140],
      [5, 1, 1],
      [14, 80, 80],
      ['111', '122', '122', '222', '122'],
    ],
    // a thin axis is padded to 8 and never halved below 4; 60 -> 30 -> 15 -> 7.5 ends the others
    [
      [5, 60, 60],
      [3, 3, 3],
      [8, 64, 64],
      ['111', '222', '122', '122'],
    ],
  ] as [Shape, Spacing, Shape, string[]][])('of a median case %o at %o mm', (shape, spacing, patch, strides) => {
    const plan = derivePlan(study([shape, spacing]), config())
    expect(plan.patch).toEqual(patch)
    expect(plan.strides.map((stride) => stride.join(''))).toEqual(strides)
    expect(PlanSchema.parse(plan)).toEqual(plan)
  })

  it('is no longer than the scans of any dataset, so that no dataset is known by its padding', () => {
    const grids = (depth: number) => [caseWith({ geometry: gridOf([depth, 60, 60], [4, 4, 4]) })]
    const plan = derivePlan([datasetOf(grids(24)), datasetOf(grids(60)), datasetOf(grids(60))], config())
    expect(plan.medianShape).toEqual([60, 60, 60])
    expect(plan.patch).toEqual([24, 64, 56])
    expect(plan.reasons[1]).toBe(
      'Patch 24 x 64 x 56 = 86016 voxels (plan.maxPatchVoxels 90000), 40 % of the median case of 60 x 60 x 60, ' +
        'within the 24 x 60 x 60 that the median case of every dataset covers.',
    )
  })

  it('holds its promises for all kinds of shapes', () => {
    for (let n = 0; n < 150; n++) {
      const size = (salt: number) => 4 + Math.floor(200 * Math.abs(Math.sin(n * 12.9898 + salt)))
      const mm = (salt: number) => 0.5 + 5 * Math.abs(Math.sin(n * 78.233 + salt))
      const maxPatchVoxels = [2000, 20_000, 90_000, 500_000][n % 4]
      const plan = derivePlan(
        study([
          [size(1), size(2), size(3)],
          [mm(4), mm(5), mm(6)],
        ]),
        config({ plan: { maxPatchVoxels } }),
      )
      expect(voxels(plan.patch)).toBeLessThanOrEqual(maxPatchVoxels)
      plan.patch.forEach((patch, axis) => {
        const total = voxels(plan.strides.map((stride) => stride[axis]))
        expect(patch % total).toBe(0)
        expect(patch / total).toBeGreaterThanOrEqual(4)
        expect(patch).toBeGreaterThanOrEqual(8)
        // no larger than it takes to cover the median case
        expect(patch - total).toBeLessThan(Math.max(8, plan.medianShape[axis]))
      })
      expect(plan.strides.length).toBeGreaterThan(1)
      expect(plan.channels).toHaveLength(plan.strides.length)
    }
  })

  it('doubles channels up to the limit, and takes the levels it is told', () => {
    const network = { baseChannels: 12, maxChannels: 40, levels: 3 } as const
    const plan = derivePlan(
      study([
        [64, 64, 64],
        [1, 1, 1],
      ]),
      config({ network }),
    )
    expect(plan.channels).toEqual([12, 24, 40])
  })

  it('takes a given patch, or says what it must be', () => {
    const given = (patch: Shape) =>
      derivePlan(
        study([
          [64, 64, 64],
          [1, 1, 1],
        ]),
        config({ plan: { patch } }),
      )
    expect(given([32, 48, 32])).toMatchObject({ patch: [32, 48, 32] })
    expect(() => given([30, 32, 32])).toThrow(
      /plan.patch 30 x 32 x 32 cannot be used with 4 resolutions: each axis must be a multiple of 4 x 8 x 8/,
    )
    expect(() => given([4, 4, 4])).toThrow(/at least 8/)
  })
})

describe('normalisation', () => {
  const intensity = (voxelCount: number, mean: number, sd: number, p005: number, p995: number): Intensity => ({
    min: -1000,
    max: 3000,
    mean: 0,
    sd: 1,
    foreground: { voxels: voxelCount, mean, sd, p005, p995, median: mean },
  })
  const geometry = gridOf([20, 20, 20], [1, 1, 1])
  const site = (modality: Modality, ...intensities: Intensity[]) =>
    datasetOf(
      intensities.map((each) => caseWith({ geometry, intensities: [each] })),
      [],
      '/',
      modality,
    )
  const soft = site('CT', intensity(100, 30, 10, -40, 80), intensity(300, 50, 10, 0, 100))
  const bone = site('CT', intensity(400, 800, 200, 200, 1600))

  it('of CT pools the labelled voxels of all datasets', () => {
    const { normalisations, reasons } = derivePlan([soft, bone], config())
    // soft: 0.25 * -40 + 0.75 * 0 = -10 and 95; bone 200 and 1600; the widest range of both
    expect(normalisations).toEqual([{ kind: 'ct', low: -10, high: 1600, centre: 40, knee: 80 }])
    expect(reasons.join(' ')).toContain('clip to -10 .. 1600 HU')
  })

  it.each([
    ['MR', [site('MR', intensity(1, 1, 1, 1, 1))], 'the modality is MR'],
    ['a mixture', [soft, site('MR', intensity(1, 1, 1, 1, 1))], 'the modality is CT and MR'],
    ['CT without labels', [site('CT', { ...intensity(1, 1, 1, 1, 1), foreground: null })], 'no labelled voxel'],
  ])('of %s is per volume', (_, datasets, reason) => {
    const plan = derivePlan(datasets, config())
    expect(plan.normalisations).toEqual([{ kind: 'per-volume' }])
    expect(plan.reasons.join(' ')).toContain(reason)
  })
})
