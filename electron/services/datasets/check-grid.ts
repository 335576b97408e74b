// Do a label, or another channel, and the image of a case cover the same voxels? Shape must be equal, position within a tolerance.
import type { Finding } from '../../../contract/finding.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { compareGeometry, gridToleranceMm, ROUNDING_MM } from '../../../trainer/imaging/geometry.ts'
import { createFinding } from './create-finding.ts'

const REPAIR = 'organ-mosaic repair, or the page of the dataset, brings the label onto the image when it is read'

/** @param other a label, or another channel of the image */
export function checkGrid(
  image: Geometry,
  other: { readonly what: 'label' | 'channel'; readonly geometry: Geometry; readonly path: string },
  caseId: string,
): Finding[] {
  const allowedMm = gridToleranceMm(image)
  const { same, differenceMm, what, message } = compareGeometry(image, other.geometry, ROUNDING_MM)
  if (same) return []
  const where = `Case ${caseId}: ${other.what === 'label' ? 'image and label' : 'its first image and another channel'} (${other.path}):`
  if (what === 'shape') {
    const repair = other.what === 'label' ? `${REPAIR}; or ` : ''
    const advice = `${repair}re-export the ${other.what} on the grid of the image, or exclude the case.`
    return [createFinding('error', 'shape-mismatch', `${where} ${message}; ${advice}`, { caseId })]
  }
  if (differenceMm <= allowedMm) {
    const consequence = `below ${allowedMm.toFixed(2)} mm this is taken for rounding, and the grid of the image is used.`
    return [createFinding('warning', 'geometry-drift', `${where} ${message}; ${consequence}`, { caseId })]
  }
  const next =
    other.what === 'label'
      ? `${REPAIR}; or exclude the case.`
      : 'Resample the channel to the first image, or exclude the case.'
  const advice = `at most ${allowedMm.toFixed(2)} mm is tolerated. ${next}`
  return [createFinding('error', 'geometry-mismatch', `${where} ${message}; ${advice}`, { caseId })]
}
