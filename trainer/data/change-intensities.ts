// Intensities of a patch as another scanner or protocol would have them: brightness, contrast, gamma, noise.
import type { RunConfig } from '../../contract/run-config.ts'
import type { Random } from '../imaging/random.ts'

type Augmentation = RunConfig['augmentation']

/** Contrast, gamma over the patch's own range, and noise, each with its probability, in place. */
export function changeIntensities(image: Float32Array, random: Random, config: Augmentation): void {
  let [low, high] = [Infinity, -Infinity]
  for (const value of image) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const range = high - low || 1
  const happens = () => random.next() < config.probability
  const gamma = happens() ? random.between(1 - config.gamma, 1 + config.gamma) : 1
  const contrast = happens() ? random.between(1 - config.contrast, 1 + config.contrast) : 1
  const noise = happens() ? random.next() * config.noiseSd : 0
  if (gamma === 1 && contrast === 1 && noise === 0) return
  const middle = low + range / 2
  for (let v = 0; v < image.length; v++) {
    const bent = gamma === 1 ? image[v]! : low + range * ((image[v]! - low) / range) ** gamma
    image[v] = middle + contrast * (bent - middle) + (noise > 0 ? noise * random.normal() : 0)
  }
}

/** Multiplies all intensities, with its probability, in place. */
export function changeBrightness(image: Float32Array, random: Random, config: Augmentation): void {
  if (random.next() >= config.brightnessProbability) return
  const factor = random.between(1 - config.brightness, 1 + config.brightness)
  for (let v = 0; v < image.length; v++) image[v]! *= factor
}
