// A geometry from the vectors of its axes, as NRRD, MetaImage and DICOM give them.
import type { Geometry, Point, Shape } from '../../contract/geometry.ts'
import { damaged } from './files/read-bytes.ts'
import { determinant, orthonormalise } from './matrix3.ts'

export interface GridAxes {
  readonly shape: Shape
  /** LPS millimetres from one voxel to the next along i (width), j (height), k (depth) */
  readonly axes: readonly [Point, Point, Point]
  /** LPS, of the first voxel's centre */
  readonly origin: Point
}

/** Axes count as perpendicular while the cosine between them stays below: 0.06 degrees. */
export const SHEAR_TOLERANCE = 1e-3
/** Headers with few digits carry noise; anything above is worth a note. */
const SHEAR_NOISE = 1e-5

/** @throws OrganMosaicError invalid-file for numbers that are no grid, or a sheared one */
export function geometryFromAxes(
  { shape, axes, origin }: GridAxes,
  path: string,
): { geometry: Geometry; oddities: string[] } {
  if (![...axes.flat(), ...origin].every(Number.isFinite)) {
    throw damaged(path, 'places its voxels at NaN or infinite numbers; expected finite millimetres')
  }
  const lengths = axes.map((axis) => Math.hypot(...axis))
  const unit = [0, 1, 2].flatMap((row) => axes.map((axis, at) => axis[row] / lengths[at]))
  if (lengths.some((length) => !(length > 0)) || !(Math.abs(determinant(unit)) > 1e-6)) {
    throw damaged(
      path,
      `gives voxels no extent along an axis (spacing ${lengths.join(' x ')} mm); expected sizes above 0`,
    )
  }
  const shear = largestCosine(axes)
  if (shear > SHEAR_TOLERANCE) {
    const degrees = ((Math.asin(Math.min(1, shear)) * 180) / Math.PI).toFixed(2)
    throw damaged(
      path,
      `has sheared axes (${degrees} degrees off perpendicular); expected a rectangular grid. Resample it to one`,
    )
  }
  const geometry: Geometry = {
    shape,
    spacingMm: [lengths[2], lengths[1], lengths[0]],
    origin: [origin[0] + 0, origin[1] + 0, origin[2] + 0],
    direction: orthonormalise(unit).map((value) => value + 0),
  }
  const straightened = `${path}: its axes are slightly sheared (${shear.toExponential(1)}); straightened`
  return { geometry, oddities: shear > SHEAR_NOISE ? [straightened] : [] }
}

/** Between any two of the axes. */
export function largestCosine(axes: readonly [Point, Point, Point]): number {
  const cosine = (a: Point, b: Point): number =>
    Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (Math.hypot(...a) * Math.hypot(...b))
  return Math.max(cosine(axes[0], axes[1]), cosine(axes[0], axes[2]), cosine(axes[1], axes[2]))
}
