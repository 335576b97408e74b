import { describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { RunConfigSchema } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import { drawElasticField } from './elastic-field.ts'

const SHAPE: Shape = [12, 20, 28]
const { augmentation } = RunConfigSchema.parse({ augmentation: { elasticProbability: 1, elastic: 0.1 } })
const random = (name = 'a') => createRandom(1, 'elastic', name)

/** [D, H, W] shifts along one axis. */
const shiftsOf = (name: string, axis: 0 | 1 | 2): number[][][] => {
  const field = drawElasticField(random(name), SHAPE, augmentation)!
  return Array.from({ length: SHAPE[0] }, (_, z) =>
    Array.from({ length: SHAPE[1] }, (_, y) => Array.from(field.row(z, y)[axis])),
  )
}

describe('drawElasticField', () => {
  it('is off by default, and where the shift is 0', () => {
    expect(drawElasticField(random(), SHAPE, RunConfigSchema.parse({}).augmentation)).toBeNull()
    expect(drawElasticField(random(), SHAPE, { ...augmentation, elastic: 0 })).toBeNull()
  })

  it('shifts by no more than a share of the patch, and smoothly', () => {
    for (const axis of [0, 1, 2] as const) {
      const shifts = shiftsOf('a', axis)
      const all = shifts.flat(2)
      expect(Math.max(...all.map(Math.abs))).toBeLessThanOrEqual(0.1 * SHAPE[axis])
      expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(0.02 * SHAPE[axis])
      const steps = shifts.flatMap((plane) =>
        plane.flatMap((row) => row.slice(1).map((shift, x) => Math.abs(shift - row[x]!))),
      )
      expect(Math.max(...steps)).toBeLessThan(0.1 * SHAPE[axis])
    }
  })

  it('never folds: a voxel further along an axis still shows what lies further along it', () => {
    for (let i = 0; i < 20; i++) {
      const [depth, height, width] = [0, 1, 2].map((axis) => shiftsOf(String(i), axis as 0 | 1 | 2))
      const steps = depth!.flatMap((plane, z) =>
        plane.flatMap((row, y) =>
          row.flatMap((shift, x) => [
            ...(z > 0 ? [shift - depth![z - 1]![y]![x]!] : []),
            ...(y > 0 ? [height![z]![y]![x]! - height![z]![y - 1]![x]!] : []),
            ...(x > 0 ? [width![z]![y]![x]! - width![z]![y]![x - 1]!] : []),
          ]),
        ),
      )
      expect(steps.reduce((least, step) => Math.min(least, step), 0)).toBeGreaterThan(-1)
    }
  })

  it('is a function of the random stream alone', () => {
    expect(shiftsOf('a', 1)).toEqual(shiftsOf('a', 1))
    expect(shiftsOf('a', 1)).not.toEqual(shiftsOf('b', 1))
  })
})
