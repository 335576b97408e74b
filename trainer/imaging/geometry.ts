// Points, grids and their differences. The axis order is contract/geometry.ts: arrays [k, j, i], points LPS (x, y, z).
import type { Geometry, Point } from '../../contract/geometry.ts'
import { multiplyVector, transpose, type Matrix3 } from './matrix3.ts'

/** [k, j, i], fractions of a voxel allowed */
export type Voxel = readonly [number, number, number]

/** The LPS point (mm) of a voxel's centre. */
export function voxelToPoint(geometry: Geometry, voxel: Voxel): Point {
  const [sz, sy, sx] = geometry.spacingMm
  const offset = multiplyVector(geometry.direction, [voxel[2] * sx, voxel[1] * sy, voxel[0] * sz])
  return [geometry.origin[0] + offset[0], geometry.origin[1] + offset[1], geometry.origin[2] + offset[2]]
}

/** The voxel [k, j, i] (fractional, may lie outside the grid) at an LPS point. */
export function pointToVoxel(geometry: Geometry, point: Point): [number, number, number] {
  const [sz, sy, sx] = geometry.spacingMm
  // an orthonormal direction is inverted by its transpose
  const [x, y, z] = multiplyVector(transpose(geometry.direction), [
    point[0] - geometry.origin[0],
    point[1] - geometry.origin[1],
    point[2] - geometry.origin[2],
  ])
  return [z / sz, y / sy, x / sx]
}

export interface GeometryComparison {
  readonly same: boolean
  /** Largest distance between two corresponding corner voxels; Infinity for different shapes */
  readonly differenceMm: number
  /** The property that differs most, null when the same */
  readonly what: 'shape' | 'spacing' | 'origin' | 'direction' | null
  readonly message: string
}

/** float32 headers cannot say better; silence below. */
export const ROUNDING_MM = 0.01
/** Share of the smallest voxel edge up to which two grids are taken for one. */
const DRIFT_SHARE = 0.1

/** How far the corners of two grids may lie apart that are meant to be one. */
export const gridToleranceMm = ({ spacingMm }: Geometry): number =>
  Math.max(ROUNDING_MM, DRIFT_SHARE * Math.min(...spacingMm))

/** Do two grids cover the same voxels? @param toleranceMm how far corresponding corners may lie apart */
export function compareGeometry(a: Geometry, b: Geometry, toleranceMm: number): GeometryComparison {
  if (a.shape.some((size, axis) => size !== b.shape[axis])) {
    const message = `the grid ${a.shape.join(' x ')} differs from ${b.shape.join(' x ')} (depth x height x width)`
    return { same: false, differenceMm: Infinity, what: 'shape', message }
  }
  const displacements = corners(a).map((corner) => distance(voxelToPoint(a, corner), voxelToPoint(b, corner)))
  const differenceMm = Math.max(...displacements)
  if (differenceMm <= toleranceMm) {
    return { same: true, differenceMm, what: null, message: `the grids agree within ${differenceMm.toFixed(3)} mm` }
  }
  const what = largestDifference(a, b)
  const values = { origin: a.origin, spacing: a.spacingMm, direction: a.direction }[what]
  const others = { origin: b.origin, spacing: b.spacingMm, direction: b.direction }[what]
  const message = `the grids lie up to ${differenceMm.toFixed(2)} mm apart: ${what} (${list(values)}) differs from (${list(others)})`
  return { same: false, differenceMm, what, message }
}

const list = (values: readonly number[]) => values.map((value) => Number(value.toFixed(4))).join(', ')

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

function corners(geometry: Geometry): Voxel[] {
  const [depth, height, width] = geometry.shape
  return [0, depth - 1].flatMap((k) => [0, height - 1].flatMap((j) => [0, width - 1].map((i): Voxel => [k, j, i])))
}

/** Which property, exchanged alone, moves the far corner most. */
function largestDifference(a: Geometry, b: Geometry): 'spacing' | 'origin' | 'direction' {
  const moved = (change: Partial<Geometry>) =>
    Math.max(
      ...corners(a).map((corner) => distance(voxelToPoint(a, corner), voxelToPoint({ ...a, ...change }, corner))),
    )
  const moves = {
    origin: moved({ origin: b.origin }),
    spacing: moved({ spacingMm: b.spacingMm }),
    direction: moved({ direction: b.direction }),
  }
  if (moves.direction >= moves.origin && moves.direction >= moves.spacing) return 'direction'
  return moves.spacing >= moves.origin ? 'spacing' : 'origin'
}

/** Whether the axes of two grids point the same ways, so that resampling works axis by axis. */
export const sameDirection = (a: Matrix3, b: Matrix3): boolean => a.every((value, at) => Math.abs(value - b[at]) < 1e-6)
