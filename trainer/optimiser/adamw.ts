// AdamW (Loshchilov and Hutter 2019) with global gradient clipping; its state is tensors that checkpoints can hold.
import type { Parameters } from '../network/unet.ts'
import { fusedAdam } from '../tensor/fused-adam.ts'
import { squaredSum } from '../tensor/native-ops.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor } from '../tensor/tensorflow.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export interface AdamWOptions {
  readonly weightDecay: number
  /** Largest L2 norm over all gradients of a step. */
  readonly gradientClip: number
}

/** First and second moments by parameter name, and the number of updates so far. */
export interface AdamWState {
  updates: number
  readonly first: Map<string, Tensor>
  readonly second: Map<string, Tensor>
}

export function createAdamWState(parameters: Parameters): AdamWState {
  const zeros = () => new Map([...parameters].map(([name, variable]) => [name, tf.zerosLike(variable) as Tensor]))
  return { updates: 0, first: zeros(), second: zeros() }
}

/**
 * One update in place. Disposes the gradients and the old moments.
 * @param gradients by parameter name, shapes as the parameters
 * @returns L2 norm of the gradients before clipping
 */
export function applyAdamW(
  parameters: Parameters,
  gradients: ReadonlyMap<string, Tensor>,
  state: AdamWState,
  learningRate: number,
  options: AdamWOptions,
): number {
  const norm = Math.sqrt(readValues(() => tf.addN([...gradients.values()].map(squaredSum)))[0]!)
  const clip = norm > options.gradientClip ? tf.scalar(options.gradientClip / norm) : null
  const keep = tf.scalar(1 - learningRate * options.weightDecay)
  state.updates += 1
  const scalars = {
    power1: tf.scalar(BETA1 ** state.updates),
    power2: tf.scalar(BETA2 ** state.updates),
    rate: tf.scalar(learningRate),
    beta1: tf.scalar(BETA1),
    beta2: tf.scalar(BETA2),
    epsilon: tf.scalar(EPSILON),
  }
  for (const [name, gradient] of gradients) {
    const variable = parameters.get(name)!
    // Scales, shifts and biases are not decayed.
    const decayed = variable.rank > 1 ? variable.mul(keep) : variable.clone()
    const clipped = clip ? gradient.mul(clip) : gradient
    const [first, second] = [state.first.get(name)!, state.second.get(name)!]
    const updated = fusedAdam(decayed, first, second, clipped, scalars)
    variable.assign(updated[0])
    state.first.set(name, updated[1])
    state.second.set(name, updated[2])
    tf.dispose([updated[0], clipped, gradient])
  }
  tf.dispose([keep, ...(clip ? [clip] : []), ...Object.values(scalars)])
  return norm
}

export interface RateSchedule {
  readonly highest: number
  /** What it falls to at the end of the stage. */
  readonly final: number
  /** Share of the stage with a linearly rising rate. */
  readonly warmup: number
  readonly polyPower: number
}

/** Linear warm-up, then polynomial decay. */
export function scheduledRate(step: number, steps: number, schedule: RateSchedule): number {
  const { highest, final, warmup, polyPower } = schedule
  const warmupSteps = Math.round(warmup * steps)
  if (step < warmupSteps) return (highest * (step + 1)) / warmupSteps
  return final + (highest - final) * (1 - step / steps) ** polyPower
}

/** Weight of a loss term at a step: linear from 0 over its ramp. */
export function rampedWeight(
  term: { enabled: boolean; weight: number; ramp: number },
  step: number,
  steps: number,
): number {
  if (!term.enabled) return 0
  const rampSteps = term.ramp * steps
  return rampSteps <= 0 ? term.weight : term.weight * Math.min(1, step / rampSteps)
}
