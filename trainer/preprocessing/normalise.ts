// Intensities as the network sees them: about zero mean and unit spread, without outliers.
import type { Normalisation } from '../../contract/plan.ts'
import { percentiles, summarise } from '../imaging/statistics.ts'
import type { VoxelArray } from '../imaging/volume.ts'

/** In place; image: finite values [depth, height, width]. */
export function normalise(image: Float32Array, normalisation: Normalisation): void {
  if (normalisation.kind === 'ct') {
    clip(image, normalisation.low, normalisation.high)
    compress(image, normalisation.centre, normalisation.knee)
    return
  }
  const [low, high] = percentiles(image, [0.005, 0.995])
  clip(image, low, high)
  const { mean, sd } = summarise(image)
  // a constant image becomes 0, not NaN
  standardise(image, mean, sd > 0 ? sd : 1)
}

function clip(image: Float32Array, low: number, high: number): void {
  for (let i = 0; i < image.length; i++) image[i] = Math.min(high, Math.max(low, image[i]))
}

function standardise(image: Float32Array, mean: number, sd: number): void {
  for (let i = 0; i < image.length; i++) image[i] = (image[i] - mean) / sd
}

/** Linear around the soft tissues, logarithmic towards air and bone: both ends stay, and neither hides the contrast between organs. */
function compress(image: Float32Array, centre: number, knee: number): void {
  for (let i = 0; i < image.length; i++) image[i] = Math.asinh((image[i] - centre) / knee)
}

/**
 * NaN and infinities would spread when resampled: they become the smallest finite value.
 * @returns the same array where there is nothing to replace
 */
export function replaceNotFinite(values: VoxelArray): VoxelArray {
  if (!(values instanceof Float32Array || values instanceof Float64Array) || values.every(Number.isFinite))
    return values
  const { min } = summarise(values)
  return Float32Array.from(values, (value) => (Number.isFinite(value) ? value : min))
}
