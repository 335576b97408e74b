// Do a label and its image cover the same voxels? Shape must be equal, position within a tolerance.
import type { Finding } from '../../../contract/dataset.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { compareGeometry } from '../../../trainer/imaging/geometry.ts'
import { createFinding } from './create-finding.ts'

/** float32 headers cannot say better; silence below. */
const ROUNDING_MM = 0.01
/** Share of the smallest voxel edge up to which the image's grid is used for both, with a warning. */
const DRIFT_SHARE = 0.1

export function checkGrid(image: Geometry, label: Geometry, caseId: string, labelPath: string): Finding[] {
  const allowedMm = Math.max(ROUNDING_MM, DRIFT_SHARE * Math.min(...image.spacingMm))
  const { same, differenceMm, what, message } = compareGeometry(image, label, ROUNDING_MM)
  if (same) return []
  const where = `Case ${caseId}: image and label (${labelPath}):`
  if (what === 'shape') {
    const advice = 're-export the label on the grid of the image, or exclude the case.'
    return [createFinding('error', 'shape-mismatch', `${where} ${message}; ${advice}`, { caseId })]
  }
  if (differenceMm <= allowedMm) {
    const consequence = `below ${allowedMm.toFixed(2)} mm this is taken for rounding, and the grid of the image is used.`
    return [createFinding('warning', 'geometry-drift', `${where} ${message}; ${consequence}`, { caseId })]
  }
  const advice = `at most ${allowedMm.toFixed(2)} mm is tolerated. Resample the label to the image, or exclude the case.`
  return [createFinding('error', 'geometry-mismatch', `${where} ${message}; ${advice}`, { caseId })]
}
