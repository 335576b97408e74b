// Features of organs, as both stages compare them: deepest decoder level, background mean subtracted,
// averaged inside the organ, L2-normalised. Running means of them are all that models ever exchange.
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'

/** An organ with less weight than this many voxels of the patch has no feature. */
export const MINIMUM_VOXELS = 8

const EPSILON = 1e-6

/** Weights [V] of one class over the voxels of a patch: true mask where known, else the model's own probability. */
export interface FeatureMask {
  readonly unionClass: number
  readonly weights: Float32Array
}

/**
 * @param features [1, d, h, w, F]
 * @param patch [D, H, W] of the weights
 * @param background weights [V] of the voxels whose mean is subtracted
 * @param masks the organs; those under 8 voxels are skipped
 * @returns class and unit vector [F] of each organ that has enough voxels
 */
export function organFeatures(
  features: Tensor5D,
  patch: readonly [number, number, number],
  background: Float32Array,
  masks: readonly FeatureMask[],
): { unionClass: number; feature: Tensor1D }[] {
  const usable = masks.filter((mask) => sum(mask.weights) >= MINIMUM_VOXELS)
  if (usable.length === 0 || sum(background) < MINIMUM_VOXELS) return []
  const channels = features.shape[4]
  const flat = features.reshape([-1, channels]) as Tensor2D
  const averaging = poolWeights([background, ...usable.map((mask) => mask.weights)], patch, features.shape)
  const means = averaging.matMul(flat)
  const backgroundMean = means.slice([0, 0], [1, channels])
  const centred = means.slice([1, 0], [usable.length, channels]).sub(backgroundMean)
  const unit = centred.div(centred.square().sum(1, true).add(EPSILON).sqrt())
  // Slices, not unstack: its gradient needs every part to be used.
  return usable.map(({ unionClass }, i) => ({
    unionClass,
    feature: unit.slice([i, 0], [1, channels]).squeeze([0]) as Tensor1D,
  }))
}

/** Weights [M, V] on the patch brought to the feature grid by averaging, each row summing to one: [M, d*h*w]. */
function poolWeights(
  rows: readonly Float32Array[],
  patch: readonly [number, number, number],
  featureShape: number[],
): Tensor2D {
  const [, depth, height, width] = featureShape as [number, number, number, number]
  const [fz, fy, fx] = [patch[0] / depth, patch[1] / height, patch[2] / width]
  const pooled = rows.map((weights) => {
    const out = new Float32Array(depth * height * width)
    let total = 0
    for (let z = 0, v = 0; z < patch[0]; z++) {
      for (let y = 0; y < patch[1]; y++) {
        const row = (Math.floor(z / fz) * height + Math.floor(y / fy)) * width
        for (let x = 0; x < patch[2]; x++, v++) {
          const weight = weights[v]!
          if (weight === 0) continue
          out[row + Math.floor(x / fx)]! += weight
          total += weight
        }
      }
    }
    return out.map((value) => value / total)
  })
  return tf.tensor2d(pooled.map((row) => Array.from(row)))
}

const sum = (values: Float32Array): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Cosine of two unit vectors [F]; the second is never differentiated. */
export const cosine = (feature: Tensor1D, reference: Float32Array): Tensor => feature.mul(tf.tensor1d(reference)).sum()

/** Exponential running means of unit features, one a model and class; plain numbers, so that they can be saved. */
export class RunningFeatures {
  readonly #momentum: number
  readonly #means = new Map<string, Float32Array>()

  constructor(momentum = 0.9) {
    this.#momentum = momentum
  }

  /** Unit vector, or null before the first update. */
  get(model: number, unionClass: number): Float32Array | null {
    return this.#means.get(`${model}.${unionClass}`) ?? null
  }

  update(model: number, unionClass: number, feature: Float32Array): void {
    const key = `${model}.${unionClass}`
    const old = this.#means.get(key)
    const mixed = old ? old.map((value, i) => this.#momentum * value + (1 - this.#momentum) * feature[i]!) : feature
    const norm = Math.sqrt(mixed.reduce((total, value) => total + value * value, 0)) + EPSILON
    this.#means.set(
      key,
      Float32Array.from(mixed, (value) => value / norm),
    )
  }

  toTensors(): Map<string, Float32Array> {
    return new Map(this.#means)
  }

  restore(saved: ReadonlyMap<string, Float32Array>): void {
    this.#means.clear()
    for (const [key, value] of saved) this.#means.set(key, Float32Array.from(value))
  }
}
