// Can the intensities of an image be trained on? Also measures them, for the plan.
import type { Intensity } from '../../../contract/case.ts'
import type { Finding } from '../../../contract/finding.ts'
import { measureIntensity, summarise } from '../../../trainer/imaging/statistics.ts'
import type { VoxelArray } from '../../../trainer/imaging/volume.ts'
import { createFinding } from './create-finding.ts'

/**
 * @param labelled same length as values; non-zero where any label is
 * @param image how a sentence calls it: 'the image'
 */
export function checkImage(
  values: VoxelArray,
  labelled: Uint8Array,
  caseId: string,
  image = 'the image',
): { intensity: Intensity; findings: Finding[] } {
  const summary = summarise(values)
  const { notFinite, constant, min } = summary
  const findings: Finding[] = []
  if (notFinite > 0) {
    const message = `Case ${caseId}: ${notFinite} of ${values.length} voxels of ${image} are NaN or infinite; expected numbers. Replace them (by air in CT, 0 in MR) and register again.`
    findings.push(createFinding('error', 'not-finite', message, { caseId }))
  }
  if (constant) {
    const message = `Case ${caseId}: every voxel of ${image} is ${min}; expected a scan. Export it again, or remove the case.`
    findings.push(createFinding('error', 'constant-image', message, { caseId }))
  }
  return { intensity: measureIntensity(values, labelled, summary), findings }
}
