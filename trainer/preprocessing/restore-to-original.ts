// Network output of a preprocessed image back to the grid, position and axis order of its file.
import type { Plan } from '../../contract/plan.ts'
import { canonicalTransform, fromCanonical, reorientGeometry } from '../imaging/canonical.ts'
import { resampleImage } from '../imaging/resample.ts'
import { resampleProbabilities } from '../imaging/resample-probabilities.ts'
import type { Volume } from '../imaging/volume.ts'
import type { PreprocessedImage } from './preprocessed-case.ts'

/**
 * @param probabilities [D, H, W, C] on the preprocessed grid; channel 0 is background
 * @returns channel numbers on the original grid, with its geometry; 0 outside the crop
 */
export function restoreToOriginal(
  probabilities: Float32Array,
  preprocessed: Pick<PreprocessedImage, 'geometry' | 'originalGeometry'>,
  plan: Pick<Plan, 'thickAxis'>,
): Volume<Uint8Array> {
  const { geometry, originalGeometry } = preprocessed
  const transform = canonicalTransform(originalGeometry)
  const canonical = reorientGeometry(originalGeometry, transform)
  const data = resampleProbabilities(probabilities, geometry, canonical, { nearestAxis: plan.thickAxis })
  return { data: fromCanonical({ data, geometry: canonical }, transform).data, geometry: originalGeometry }
}

/**
 * The probabilities of one channel alone, between 0 and 1, as restoreToOriginal compares them; 0 outside the crop.
 * @param channels how many there are
 */
export function restoreChannel(
  probabilities: Float32Array,
  channel: number,
  channels: number,
  { geometry, originalGeometry }: Pick<PreprocessedImage, 'geometry' | 'originalGeometry'>,
  { thickAxis }: Pick<Plan, 'thickAxis'>,
): Volume<Float32Array> {
  const own = new Float32Array(probabilities.length / channels)
  for (let v = 0, from = channel; v < own.length; v++, from += channels) own[v] = probabilities[from]!
  const transform = canonicalTransform(originalGeometry)
  const canonical = reorientGeometry(originalGeometry, transform)
  const { data } = resampleImage({ data: own, geometry }, canonical, {
    outside: 0,
    smooth: false,
    nearestAxis: thickAxis,
  })
  return { data: fromCanonical({ data, geometry: canonical }, transform).data, geometry: originalGeometry }
}
