import { describe, expect, it } from 'vitest'
import { createRandom } from '../imaging/random.ts'
import { tf, type Scalar, type Tensor5D } from '../tensor/tensorflow.ts'
import { leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { createParameters, forward, headLevels, parameterShapes, type NetworkSpec } from './unet.ts'

const spec: NetworkSpec = {
  inputChannels: 1,
  channels: [2, 3, 4],
  strides: [
    [1, 1, 1],
    [1, 2, 2],
    [2, 2, 2],
  ],
  convolutions: 1,
  classes: 5,
  deepSupervision: false,
}
const seeded = (seed: number) => (name: string) => createRandom(seed, name)

describe('parameterShapes', () => {
  it('lists encoder, decoder from the deepest level, head; kernels as [kd, kh, kw, in, out]', () => {
    expect(parameterShapes(spec)).toEqual([
      ['encoder.0.0.kernel', [3, 3, 3, 1, 2]],
      ['encoder.0.0.scale', [2]],
      ['encoder.0.0.shift', [2]],
      ['encoder.1.0.kernel', [3, 3, 3, 2, 3]],
      ['encoder.1.0.scale', [3]],
      ['encoder.1.0.shift', [3]],
      ['encoder.2.0.kernel', [3, 3, 3, 3, 4]],
      ['encoder.2.0.scale', [4]],
      ['encoder.2.0.shift', [4]],
      // a transposed kernel is [kd, kh, kw, out, in] and as large as its stride
      ['up.1.kernel', [2, 2, 2, 3, 4]],
      ['decoder.1.0.kernel', [3, 3, 3, 6, 3]],
      ['decoder.1.0.scale', [3]],
      ['decoder.1.0.shift', [3]],
      ['up.0.kernel', [1, 2, 2, 2, 3]],
      ['decoder.0.0.kernel', [3, 3, 3, 4, 2]],
      ['decoder.0.0.scale', [2]],
      ['decoder.0.0.shift', [2]],
      ['head.0.kernel', [1, 1, 1, 2, 5]],
      ['head.0.bias', [5]],
    ])
  })

  it.each([
    { levels: 2, deepSupervision: true, heads: [0] },
    { levels: 3, deepSupervision: true, heads: [0] },
    { levels: 5, deepSupervision: true, heads: [0, 1, 2] },
    { levels: 5, deepSupervision: false, heads: [0] },
  ])('heads: %o', ({ levels, deepSupervision, heads }) => {
    expect(headLevels({ ...spec, channels: new Array<number>(levels).fill(2), deepSupervision })).toEqual(heads)
  })
})

describe('createParameters', () => {
  it('draws the same weights from the same streams, and others from others', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => createParameters(spec, seeded(seed)))
    const values = (parameters: typeof first, name: string) => [...parameters!.get(name)!.dataSync()]
    for (const name of first!.keys()) expect(values(again, name)).toEqual(values(first, name))
    expect(values(other, 'encoder.0.0.kernel')).not.toEqual(values(first, 'encoder.0.0.kernel'))
    expect([...first!.keys()]).toEqual(parameterShapes(spec).map(([name]) => name))
  })

  it('spreads kernels by He: variance 2 / fan-in; scales one; shifts and biases zero', () => {
    const wide = createParameters({ ...spec, channels: [16, 32], strides: spec.strides.slice(0, 2) }, seeded(1))
    const variance = (name: string) => {
      const values = Array.from(wide.get(name)!.dataSync())
      return values.reduce((sum, value) => sum + value * value, 0) / values.length
    }
    expect(variance('encoder.1.0.kernel') / (2 / (27 * 16))).toBeCloseTo(1, 1)
    // a transposed kernel 1 x 2 x 2 from 32 channels
    expect(variance('up.0.kernel') / (2 / (4 * 32))).toBeCloseTo(1, 0)
    expect([...wide.get('encoder.0.0.scale')!.dataSync()]).toEqual(new Array(16).fill(1))
    expect([...wide.get('head.0.bias')!.dataSync()]).toEqual([0, 0, 0, 0, 0])
  })
})

describe('forward', () => {
  const x = normalTensor<Tensor5D>('x', [1, 4, 8, 12, 1])

  it('gives logits on the patch and features at the deepest decoder level', () => {
    const { logits, features } = forward(spec, createParameters(spec, seeded(1)), x)
    expect(logits.map(({ shape }) => shape)).toEqual([[1, 4, 8, 12, 5]])
    // strides of level 1: 1 x 2 x 2
    expect(features.shape).toEqual([1, 4, 4, 6, 3])
  })

  it('orders the outputs of deep supervision from the finest', () => {
    const deep: NetworkSpec = {
      ...spec,
      channels: [2, 2, 2, 2],
      strides: [...spec.strides, [1, 2, 1]],
      deepSupervision: true,
    }
    const { logits, features } = forward(deep, createParameters(deep, seeded(1)), x)
    expect(logits.map(({ shape }) => shape)).toEqual([
      [1, 4, 8, 12, 5],
      [1, 4, 4, 6, 5],
    ])
    expect(features.shape).toEqual([1, 2, 2, 3, 2])
  })

  it('lets the gradient reach every parameter', () => {
    const parameters = createParameters({ ...spec, convolutions: 2 }, seeded(1))
    const weights = normalTensor('w', [1, 4, 8, 12, 5])
    const { grads } = tf.variableGrads(
      () =>
        forward({ ...spec, convolutions: 2 }, parameters, x)
          .logits[0]!.mul(weights)
          .sum() as Scalar,
      [...parameters.values()],
    )
    for (const [name, variable] of parameters) {
      const gradient = grads[variable.name]!
      expect(gradient.shape, name).toEqual(variable.shape)
      expect(
        gradient.dataSync().some((value) => Math.abs(value) > 1e-6),
        name,
      ).toBe(true)
    }
  })

  it('refuses more than one patch at once', () => {
    const parameters = createParameters(spec, seeded(1))
    expect(() => forward(spec, parameters, tf.zeros([2, 4, 8, 8, 1]))).toThrow('needs a batch of 1')
  })

  it('leaves no tensor behind inside a tidy', async () => {
    const parameters = createParameters(spec, seeded(1))
    expect(await leakedTensors(() => tf.tidy(() => forward(spec, parameters, x).logits[0]!).dispose())).toBe(0)
  })
})
