// A running average of a model's weights: steadier than the weights of any single step, and what validation, checkpoints
// of the best model, pseudo labels and predictions use.
import type { Parameters } from '../network/unet.ts'
import { tf, type Variable } from '../tensor/tensorflow.ts'

/**
 * The average looks back over a share of the training so far, not over a number of steps (power-law averaging, Karras
 * et al. 2024, section 3.1): one setting fits short and long stages, and the weights of the beginning never linger.
 */
export interface WeightAverage {
  /** Mean age of the averaged weights, as a share of the updates so far; more than 0, less than 0.5. */
  readonly share: number
  /** The optimiser's updates when it was last brought up to date; 0 before the first. */
  updates: number
  /** By parameter name; empty before the first update. */
  readonly values: Map<string, Variable>
}

export const createWeightAverage = (share: number): WeightAverage => ({ share, updates: 0, values: new Map() })

/**
 * What the old average keeps when the weights of update `now` join it. The factors of successive calls multiply to the
 * same, so that how often an average is brought up to date hardly matters.
 */
export const keptShare = (share: number, before: number, now: number): number => (before / now) ** (1 / share - 1)

/**
 * Updates between two refreshes: a quarter of what the average looks back over. A refresh takes 2 to 3 % of the time of
 * a step on the CPU (1.4 million parameters, a patch of 90,000 voxels), and so all
 * of them 1.5 % of 240 updates, and less of a longer stage.
 */
const refreshInterval = (share: number, updates: number): number => Math.ceil((share * updates) / 4)

/** After an optimiser update: takes the weights in when it is time to. */
export function followWeights(average: WeightAverage, parameters: Parameters, updates: number): void {
  if (updates - average.updates >= refreshInterval(average.share, average.updates)) {
    refreshAverage(average, parameters, updates)
  }
}

/** Takes the weights of an update in now; twice for the same update changes nothing. */
export function refreshAverage(average: WeightAverage, parameters: Parameters, updates: number): void {
  if (updates === average.updates) return
  const kept = keptShare(average.share, average.updates, updates)
  average.updates = updates
  tf.tidy(() => {
    const [old, fresh] = [tf.scalar(kept), tf.scalar(1 - kept)]
    for (const [name, variable] of parameters) {
      const value = average.values.get(name)
      if (value) value.assign(value.mul(old).add(variable.mul(fresh)))
      else average.values.set(name, tf.variable(variable.clone(), false))
    }
  })
}
