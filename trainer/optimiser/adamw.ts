// AdamW (Loshchilov and Hutter 2019) with global gradient clipping; its state is tensors that checkpoints can hold.
import type { Parameters } from '../network/unet.ts'
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
  const norm = tf.tidy(
    () =>
      tf
        .addN([...gradients.values()].map((g) => g.square().sum()))
        .sqrt()
        .dataSync()[0]!,
  )
  const scale = norm > options.gradientClip ? options.gradientClip / norm : 1
  state.updates += 1
  const rate = (learningRate * Math.sqrt(1 - BETA2 ** state.updates)) / (1 - BETA1 ** state.updates)
  for (const [name, gradient] of gradients) {
    const variable = parameters.get(name)!
    const old = [state.first.get(name)!, state.second.get(name)!] as const
    const [first, second] = tf.tidy(() => {
      const g = scale === 1 ? gradient : gradient.mul(scale)
      const m = old[0].mul(BETA1).add(g.mul(1 - BETA1))
      const v = old[1].mul(BETA2).add(g.square().mul(1 - BETA2))
      // Scales, shifts and biases are not decayed.
      const decay = variable.rank > 1 ? learningRate * options.weightDecay : 0
      variable.assign(variable.mul(1 - decay).sub(m.mul(rate).div(v.sqrt().add(EPSILON))))
      return [m, v]
    })
    tf.dispose([...old, gradient])
    state.first.set(name, first!)
    state.second.set(name, second!)
  }
  return norm
}

/** Linear warm-up, then polynomial decay to zero at the end of the stage. */
export function scheduledRate(step: number, steps: number, base: number, warmup: number, polyPower: number): number {
  const warmupSteps = Math.round(warmup * steps)
  if (step < warmupSteps) return (base * (step + 1)) / warmupSteps
  return base * (1 - step / steps) ** polyPower
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
