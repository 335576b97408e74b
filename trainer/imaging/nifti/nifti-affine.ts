// From the three ways a NIfTI header says where its voxels are to one orthonormal LPS geometry.
// The order is nibabel's: sform, then qform, then centred on the origin when neither is set.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry, Shape } from '../../../contract/geometry.ts'
import { compareGeometry } from '../geometry.ts'
import { determinant, orthonormalise } from '../matrix3.ts'

/** What the header says, RAS, rows of 4; a form is null when its code is 0. spacing is [i, j, k]. */
export interface NiftiForms {
  readonly sform: readonly (readonly number[])[] | null
  readonly qform: readonly (readonly number[])[] | null
  readonly spacing: readonly [number, number, number]
}

/** Axes count as perpendicular while the cosine between them stays below: 0.06 degrees. */
const SHEAR_TOLERANCE = 1e-3
/** float32 headers carry noise of 1e-7; anything above is worth a note. */
const SHEAR_NOISE = 1e-5
const FORMS_DIFFER_MM = 0.05

/**
 * @param millimetres factor from the header's unit to mm
 * @throws OrganMosaicError invalid-file when no form can be used
 */
export function geometryFromForms(
  forms: NiftiForms,
  shape: Shape,
  millimetres: number,
  path: string,
): { geometry: Geometry; oddities: string[] } {
  const { sform, qform } = forms
  if (!sform && !qform) {
    const oddity = `${path}: neither sform nor qform is set; its position is unknown, so it is centred on the origin`
    return { geometry: toGeometry(centred(forms.spacing, shape), shape, millimetres, path), oddities: [oddity] }
  }
  if (!sform && qform) return { geometry: toGeometry(qform, shape, millimetres, path), oddities: [] }
  return fromSform(sform ?? [], qform, shape, millimetres, path)
}

function fromSform(
  sform: readonly (readonly number[])[],
  qform: readonly (readonly number[])[] | null,
  shape: Shape,
  millimetres: number,
  path: string,
): { geometry: Geometry; oddities: string[] } {
  const shear = largestShear(sform, path)
  if (shear > SHEAR_TOLERANCE) {
    const what = Number.isFinite(shear)
      ? `its sform is sheared (axes ${((Math.asin(Math.min(1, shear)) * 180) / Math.PI).toFixed(2)} degrees off perpendicular)`
      : 'its sform maps all voxels of an axis to one place'
    if (!qform) {
      throw new OrganMosaicError(
        'invalid-file',
        `${path}: ${what} and no qform is set; expected perpendicular axes. Resample the image to a rectangular grid.`,
      )
    }
    return {
      geometry: toGeometry(qform, shape, millimetres, path),
      oddities: [`${path}: ${what}; the qform is used instead`],
    }
  }
  const geometry = toGeometry(sform, shape, millimetres, path)
  const oddities: string[] = []
  if (shear > SHEAR_NOISE)
    oddities.push(`${path}: the sform is slightly sheared (${shear.toExponential(1)}); straightened`)
  if (qform && qform.flat().every(Number.isFinite)) {
    const { differenceMm } = compareGeometry(geometry, toGeometry(qform, shape, millimetres, path), FORMS_DIFFER_MM)
    if (differenceMm > FORMS_DIFFER_MM) {
      oddities.push(`${path}: sform and qform disagree by ${differenceMm.toFixed(2)} mm; the sform is used`)
    }
  }
  return { geometry, oddities }
}

/** nibabel's fallback: voxel sizes alone, x flipped (radiological order), the middle of the grid at 0. */
function centred(spacing: readonly [number, number, number], shape: Shape): number[][] {
  const [sx, sy, sz] = spacing
  const [depth, height, width] = shape
  return [
    [-sx, 0, 0, ((width - 1) / 2) * sx],
    [0, sy, 0, (-(height - 1) / 2) * sy],
    [0, 0, sz, (-(depth - 1) / 2) * sz],
  ]
}

const column = (affine: readonly (readonly number[])[], at: number): [number, number, number] => [
  affine[0][at],
  affine[1][at],
  affine[2][at],
]

/** Largest cosine between two axes; Infinity for an axis of length 0. */
function largestShear(affine: readonly (readonly number[])[], path: string): number {
  requireFinite(affine, path)
  const axes = [0, 1, 2].map((at) => column(affine, at))
  if (axes.some((axis) => Math.hypot(...axis) === 0)) return Infinity
  const cosine = (a: number[], b: number[]) =>
    Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (Math.hypot(...a) * Math.hypot(...b))
  return Math.max(cosine(axes[0], axes[1]), cosine(axes[0], axes[2]), cosine(axes[1], axes[2]))
}

function requireFinite(affine: readonly (readonly number[])[], path: string): void {
  if (!affine.flat().every(Number.isFinite)) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path}: the header's affine holds NaN or infinite numbers; expected finite millimetres. Re-export the file.`,
    )
  }
}

/** RAS affine -> LPS geometry: x and y change sign. */
function toGeometry(affine: readonly (readonly number[])[], shape: Shape, millimetres: number, path: string): Geometry {
  requireFinite(affine, path)
  const sign = [-1, -1, 1]
  const spacing = [0, 1, 2].map((at) => Math.hypot(...column(affine, at)))
  // + 0 turns -0 into 0, which JSON and equality checks would tell apart
  const unit = [0, 1, 2].flatMap((row) => [0, 1, 2].map((at) => (sign[row] * affine[row][at]) / spacing[at] + 0))
  if (spacing.some((length) => length === 0) || !(Math.abs(determinant(unit)) > 1e-6)) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path}: the header gives voxels no extent along an axis (spacing ${spacing.join(' x ')} mm); expected sizes above 0. Re-export the file.`,
    )
  }
  const direction = orthonormalise(unit).map((value) => value + 0)
  const origin = [0, 1, 2].map((row) => sign[row] * affine[row][3] * millimetres + 0)
  return {
    shape,
    spacingMm: [spacing[2] * millimetres, spacing[1] * millimetres, spacing[0] * millimetres],
    origin: [origin[0], origin[1], origin[2]],
    direction,
  }
}
