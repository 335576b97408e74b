// Bending of a patch: a smooth field of shifts, a cubic B-spline over few control points (free-form deformation,
// Rueckert et al. 1999). With the largest shift that can be configured it folds nowhere.
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Random } from '../imaging/random.ts'

type Augmentation = RunConfig['augmentation']

/** Shifts along an axis of the case for the voxels of one row. */
type Row = Float64Array

export interface ElasticField {
  /** By how many voxels what row (z, y) of the patch shows is shifted, in [depth, height, width]; valid until the next call. */
  row(z: number, y: number): readonly [Row, Row, Row]
}

/** Intervals of the spline over a patch; it has three control points more. */
const INTERVALS = 4
const POINTS = INTERVALS + 3

/** Null where nothing is to bend. */
export function drawElasticField(random: Random, patch: Shape, config: Augmentation): ElasticField | null {
  if (random.next() >= config.elasticProbability || config.elastic === 0) return null
  const control = patch.map((size) =>
    Float64Array.from({ length: POINTS ** 3 }, () => random.between(-1, 1) * config.elastic * size),
  )
  const weights = patch.map(splineWeights) as [Float64Array, Float64Array, Float64Array]
  const rows = patch.map(() => new Float64Array(patch[2])) as [Row, Row, Row]
  const line = new Float64Array(POINTS)
  return {
    row(z, y) {
      control.forEach((points, axis) => {
        for (let i = 0; i < POINTS; i++) line[i] = blend(points, weights[0], z, weights[1], y, i)
        const row = rows[axis]!
        for (let x = 0; x < row.length; x++) {
          const at = x * 5
          const first = weights[2][at]!
          let shift = 0
          for (let k = 0; k < 4; k++) shift += weights[2][at + 1 + k]! * line[first + k]!
          row[x] = shift
        }
      })
      return rows
    },
  }
}

/** Column i of the control points, blended at (z, y). */
function blend(points: Float64Array, wz: Float64Array, z: number, wy: Float64Array, y: number, i: number): number {
  let sum = 0
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      const at = ((wz[z * 5]! + a) * POINTS + wy[y * 5]! + b) * POINTS + i
      sum += wz[z * 5 + 1 + a]! * wy[y * 5 + 1 + b]! * points[at]!
    }
  }
  return sum
}

/** [size * 5]: of each voxel along an axis the first of its four control points, and the weights of all four. */
function splineWeights(size: number): Float64Array {
  const table = new Float64Array(size * 5)
  for (let i = 0; i < size; i++) {
    const at = ((i + 0.5) / size) * INTERVALS
    const first = Math.floor(at)
    const t = at - first
    table.set(
      [
        first,
        (1 - t) ** 3 / 6,
        (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
        (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
        t ** 3 / 6,
      ],
      i * 5,
    )
  }
  return table
}
