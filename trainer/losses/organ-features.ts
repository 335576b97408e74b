// Features of organs, as both stages compare them: deepest decoder level, background mean subtracted,
// averaged inside the organ, L2-normalised. Running means of them are all that models ever exchange.
import { tf, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'

/** An organ with less weight than this many voxels of the patch has no feature. */
export const MINIMUM_VOXELS = 8

const EPSILON = 1e-6

/** Weights [cells] of one class over the feature grid, in voxels: true mask where known, else the model's own probability. */
export interface FeatureMask {
  readonly unionClass: number
  readonly weights: Float32Array
}

/** Unit vectors [M, F], one a class. */
export interface OrganFeatures {
  readonly classes: readonly number[]
  readonly units: Tensor2D
}

/**
 * @param features [1, d, h, w, F]
 * @param background weights [cells] of the voxels whose mean is subtracted
 * @param masks the organs; those under 8 voxels are skipped
 * @returns the organs that have enough voxels; null without any
 */
export function organFeatures(
  features: Tensor5D,
  background: Float32Array,
  masks: readonly FeatureMask[],
): OrganFeatures | null {
  const usable = masks.filter((mask) => sum(mask.weights) >= MINIMUM_VOXELS)
  if (usable.length === 0 || sum(background) < MINIMUM_VOXELS) return null
  const channels = features.shape[4]
  const flat = features.reshape([-1, channels]) as Tensor2D
  const means = averaging([background, ...usable.map((mask) => mask.weights)]).matMul(flat)
  const backgroundMean = means.slice([0, 0], [1, channels])
  const centred = means.slice([1, 0], [usable.length, channels]).sub(backgroundMean)
  const units = centred.div(centred.square().sum(1, true).add(EPSILON).sqrt()) as Tensor2D
  return { classes: usable.map(({ unionClass }) => unionClass), units }
}

/** Rows of weights, each divided by its sum: [M, cells]. */
function averaging(rows: readonly Float32Array[]): Tensor2D {
  const cells = rows[0]!.length
  const table = new Float32Array(rows.length * cells)
  rows.forEach((weights, row) => {
    const total = sum(weights)
    for (let cell = 0; cell < cells; cell++) table[row * cells + cell] = weights[cell]! / total
  })
  return tf.tensor2d(table, [rows.length, cells])
}

const sum = (values: Float32Array): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Exponential running means of unit features, one a model and class; plain numbers, so that they can be saved. */
export class RunningFeatures {
  readonly #momentum: number
  readonly #means = new Map<string, Float32Array>()
  /** As all models of the stage knew them when the present step began. */
  readonly #settled = new Map<string, Float32Array>()
  readonly #changed = new Set<string>()

  constructor(momentum = 0.9) {
    this.#momentum = momentum
  }

  /** Unit vector, or null before the first update. */
  get(model: number, unionClass: number): Float32Array | null {
    return this.#means.get(`${model}.${unionClass}`) ?? null
  }

  /**
   * What another model may know: the mean at the end of the last step, whichever process trained the model. So the
   * order in which the models of a step learn, and where they do, changes nothing.
   */
  getSettled(model: number, unionClass: number): Float32Array | null {
    return this.#settled.get(`${model}.${unionClass}`) ?? null
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
    this.#changed.add(key)
  }

  /** Means that changed since the last call. */
  takeChanged(): [key: string, mean: Float32Array][] {
    const changed = [...this.#changed].map((key): [string, Float32Array] => [key, this.#means.get(key)!])
    this.#changed.clear()
    return changed
  }

  /** Makes means known, this process's own and those of others. */
  settle(changed: readonly (readonly [key: string, mean: Float32Array])[]): void {
    for (const [key, mean] of changed) {
      this.#means.set(key, mean)
      this.#settled.set(key, mean)
    }
  }

  /** The features that a patch has just shown. */
  updateAll(model: number, { classes, units }: OrganFeatures): void {
    const values = units.dataSync() as Float32Array
    const length = units.shape[1]
    classes.forEach((unionClass, m) => this.update(model, unionClass, values.slice(m * length, (m + 1) * length)))
  }

  toTensors(): Map<string, Float32Array> {
    return new Map(this.#means)
  }

  restore(saved: ReadonlyMap<string, Float32Array>): void {
    this.#means.clear()
    this.#settled.clear()
    this.settle([...saved].map(([key, value]) => [key, Float32Array.from(value)]))
  }
}
