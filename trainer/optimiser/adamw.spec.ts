import { describe, expect, it } from 'vitest'
import { tf, type Tensor } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { applyAdamW, createAdamWState, rampedWeight, scheduledRate } from './adamw.ts'

/** AdamW by the textbook (Loshchilov and Hutter 2019, algorithm 2), a number at a time. */
function textbook(start: number, gradients: number[], rate: number, decay: number): number {
  let [value, m, v] = [start, 0, 0]
  gradients.forEach((g, i) => {
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    const [mHat, vHat] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))]
    value -= rate * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * value)
  })
  return value
}

const options = { weightDecay: 0.1, gradientClip: 1000 }
const parametersOf = (values: Record<string, Tensor>) =>
  new Map(Object.entries(values).map(([name, value]) => [name, tf.variable(value)]))
const kernel = (a: number, b: number) => tf.tensor2d([[a, b]])

describe('applyAdamW', () => {
  it.each([
    { steps: 1, gradients: [[0.5, -2]] },
    {
      steps: 2,
      gradients: [
        [0.5, -2],
        [0.1, 3],
      ],
    },
    {
      steps: 3,
      gradients: [
        [0.5, -2],
        [0.1, 3],
        [-4, 0],
      ],
    },
  ])('$steps step(s) are the textbook: kernels decay, biases do not', ({ gradients }) => {
    const parameters = parametersOf({ kernel: kernel(1, -2), bias: tf.tensor1d([1]) })
    const state = createAdamWState(parameters)
    for (const [a, b] of gradients) {
      applyAdamW(
        parameters,
        new Map<string, Tensor>([
          ['kernel', kernel(a!, b!)],
          ['bias', tf.tensor1d([a!])],
        ]),
        state,
        0.01,
        options,
      )
    }
    const [first, second] = [gradients.map(([a]) => a!), gradients.map(([, b]) => b!)]
    const result = parameters.get('kernel')!.dataSync()
    expect(result[0]).toBeCloseTo(textbook(1, first, 0.01, 0.1), 6)
    expect(result[1]).toBeCloseTo(textbook(-2, second, 0.01, 0.1), 6)
    expect(parameters.get('bias')!.dataSync()[0]).toBeCloseTo(textbook(1, first, 0.01, 0), 6)
    expect(state.updates).toBe(gradients.length)
  })

  it('clips the norm over all gradients together, and returns it as it was', () => {
    const parameters = parametersOf({ kernel: kernel(0, 0), bias: tf.tensor1d([0]) })
    const state = createAdamWState(parameters)
    // norm of (3, 0, 4) is 5: clipped to 1, the first moments are a tenth of (0.6, 0, 0.8)
    const gradients = new Map<string, Tensor>([
      ['kernel', kernel(3, 0)],
      ['bias', tf.tensor1d([4])],
    ])
    expect(applyAdamW(parameters, gradients, state, 0.01, { weightDecay: 0, gradientClip: 1 })).toBeCloseTo(5, 5)
    expect(state.first.get('kernel')!.dataSync()[0]).toBeCloseTo(0.06, 6)
    expect(state.first.get('bias')!.dataSync()[0]).toBeCloseTo(0.08, 6)
    // 1 - beta2 in single precision is 0.00099999
    expect(state.second.get('bias')!.dataSync()[0]).toBeCloseTo(0.001 * 0.64, 7)
  })

  it('leaves parameters without a gradient alone', () => {
    const parameters = parametersOf({ kernel: kernel(1, 1), head: kernel(1, 1) })
    const state = createAdamWState(parameters)
    applyAdamW(parameters, new Map([['kernel', kernel(1, 1)]]), state, 0.01, options)
    expect([...parameters.get('head')!.dataSync()]).toEqual([1, 1])
    expect([...state.first.get('head')!.dataSync()]).toEqual([0, 0])
  })

  it('disposes gradients and old moments', async () => {
    const parameters = parametersOf({ kernel: kernel(1, 1) })
    const state = createAdamWState(parameters)
    const step = () => applyAdamW(parameters, new Map([['kernel', kernel(1, 1)]]), state, 0.01, options)
    expect(await leakedTensors(step)).toBe(0)
  })
})

describe('scheduledRate', () => {
  it.each([
    // 10 steps of warm-up to 1, then 1 - step / 100 squared
    { step: 0, rate: 0.1 },
    { step: 4, rate: 0.5 },
    { step: 9, rate: 1 },
    { step: 10, rate: 0.81 },
    { step: 50, rate: 0.25 },
    { step: 99, rate: 0.0001 },
  ])('step $step of 100: $rate', ({ step, rate }) => {
    expect(scheduledRate(step, 100, { highest: 1, final: 0, warmup: 0.1, polyPower: 2 })).toBeCloseTo(rate, 9)
  })

  it.each([
    // 0.4 + (1 - 0.4) (1 - step / 100)
    { step: 0, rate: 1 },
    { step: 50, rate: 0.7 },
    { step: 99, rate: 0.406 },
  ])('falls to another rate than zero: step $step, $rate', ({ step, rate }) => {
    expect(scheduledRate(step, 100, { highest: 1, final: 0.4, warmup: 0, polyPower: 1 })).toBeCloseTo(rate, 9)
  })

  it('needs no warm-up and no decay', () => {
    const constant = { highest: 0.3, final: 0, warmup: 0, polyPower: 0 }
    expect(scheduledRate(0, 100, constant)).toBe(0.3)
    expect(scheduledRate(99, 100, constant)).toBe(0.3)
  })
})

describe('rampedWeight', () => {
  const term = { enabled: true, weight: 0.5, ramp: 0.3 }
  it.each([
    { step: 0, weight: 0 },
    { step: 15, weight: 0.25 },
    { step: 30, weight: 0.5 },
    { step: 99, weight: 0.5 },
  ])('step $step of 100: $weight', ({ step, weight }) => {
    expect(rampedWeight(term, step, 100)).toBeCloseTo(weight, 9)
  })

  it('without a ramp the weight holds from the first step, switched off it is zero', () => {
    expect(rampedWeight({ ...term, ramp: 0 }, 0, 100)).toBe(0.5)
    expect(rampedWeight({ ...term, enabled: false }, 99, 100)).toBe(0)
  })
})
