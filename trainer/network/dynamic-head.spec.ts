import { describe, expect, it } from 'vitest'
import { createRandom } from '../imaging/random.ts'
import { tf, type Scalar, type Tensor, type Tensor5D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { dynamicHeadShapes, dynamicLogits, type DynamicHead } from './dynamic-head.ts'
import { createParameters, forward, forwardTasks, headLevels, parameterShapes, type NetworkSpec } from './unet.ts'

const task = (...classes: number[]) => ({ classes: [0, ...classes], competent: classes })
const head: DynamicHead = { tasks: [task(1, 2), task(3)], task: 0 }
/** Numbers of a head of 8 to 8, 8 to 8 and 8 to 3 channels. */
const MADE = 72 + 72 + 27

const shapes = dynamicHeadShapes(head, 4, 6)
const zeros = () => new Map<string, Tensor>(shapes.map(([name, shape]) => [name, tf.zeros(shape)]))

describe('the shapes of a dynamic head', () => {
  it('are a reduction to 8 channels and a controller of deepest features and task', () => {
    expect(shapes).toEqual([
      ['head.reduce.kernel', [1, 1, 1, 4, 8]],
      ['head.reduce.bias', [8]],
      ['head.controller.kernel', [1, 1, 1, 6 + 2, MADE]],
      ['head.controller.bias', [MADE]],
    ])
  })

  it('are the 162 numbers of the paper for two channels', () => {
    const published = { tasks: Array.from({ length: 7 }, () => task(1)), task: 0 }
    expect(dynamicHeadShapes(published, 32, 256)[2]).toEqual(['head.controller.kernel', [1, 1, 1, 263, 162]])
  })
})

describe('dynamicLogits', () => {
  const encoded = normalTensor<Tensor5D>('encoded', [1, 1, 2, 2, 6])
  const decoded = tf.ones([1, 1, 1, 2, 4]) as Tensor5D

  it('applies the layers that the controller makes for the task that is asked for', () => {
    const parameters = zeros()
    // Reduced features: 1 in channel 0, 0 elsewhere.
    parameters.set('head.reduce.bias', tf.tensor1d([1, 0, 0, 0, 0, 0, 0, 0]))
    // The one-hot code is the last two inputs of the controller; what it makes is listed layer by layer, kernel, bias.
    const made = (entries: Record<number, number>) => Array.from({ length: MADE }, (_, i) => entries[i] ?? 0)
    // Channel 0 to 0 by 2, then by 3 plus 1; to the outputs by 1, -1 and 5, plus 0, 0 and 10.
    const first = made({ 0: 2, 72: 3, 136: 1, 144: 1, 145: -1, 146: 5, 170: 10 })
    // The other task: its first layer gives -4, which the activation stops; its second layer's bias is 7.
    const second = made({ 0: -4, 72: 3, 136: 7, 144: 1, 145: -1 })
    const kernel = [...Array.from({ length: 6 }, () => made({})), first, second]
    parameters.set('head.controller.kernel', tf.tensor(kernel, [8, MADE]).reshape([1, 1, 1, 8, MADE]))
    const values = (asked: number) => [...dynamicLogits(head, asked, parameters, encoded, decoded).dataSync()]
    // 1 * 2 = 2; 2 * 3 + 1 = 7; 7, -7, 5 * 7 + 10, for both voxels
    expect(values(0)).toEqual([7, -7, 45, 7, -7, 45])
    // The second task has two channels: the third output is unused.
    expect(values(1)).toEqual([7, -7, 7, -7])
    expect(dynamicLogits(head, 1, parameters, encoded, decoded).shape).toEqual([1, 1, 1, 2, 2])
  })

  it('depends on the image through the pooled deepest features', () => {
    const parameters = zeros()
    const bias = tf.tensor1d(Array.from({ length: MADE }, (_, i) => (i === 168 ? 0.5 : 0)))
    parameters.set('head.controller.bias', bias)
    // Feature 2 goes into the bias of the first output.
    const kernel = tf.buffer([1, 1, 1, 8, MADE])
    kernel.set(1, 0, 0, 0, 2, 168)
    parameters.set('head.controller.kernel', kernel.toTensor())
    const features = tf.tensor([0, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0], [1, 1, 1, 2, 6]) as Tensor5D
    const logits = dynamicLogits(head, 0, parameters, features, decoded).dataSync()
    expect(logits[0]).toBeCloseTo(0.5 + 3 / Math.sqrt(6), 5)
    expect(logits[1]).toBe(0)
  })

  it('has the gradient of central differences in everything that it takes; in the controller along two directions', () => {
    const [reduce, reduceBias, controller, controllerBias] = shapes.map(([name, shape]) =>
      normalTensor(name, shape, 0.4),
    )
    const [along, alongBias] = shapes.slice(2).map(([name, shape]) => normalTensor(`${name} along`, shape, 0.4))
    const weights = normalTensor('weights', [1, 1, 1, 2, 3])
    const sum = (...[a, b, c, d, e, f]: Tensor[]) => {
      const moved = [a!, b!, controller!.add(along!.mul(c!)), controllerBias!.add(alongBias!.mul(d!))]
      const parameters = new Map(shapes.map(([name], i) => [name, moved[i]!]))
      return dynamicLogits(head, 0, parameters, e as Tensor5D, f as Tensor5D)
        .mul(weights)
        .sum()
    }
    const none = () => tf.tensor1d([0])
    const inputs = [reduce!, reduceBias!, none(), none(), encoded, normalTensor('decoded', [1, 1, 1, 2, 4])]
    expect(gradientError(sum, inputs, 2e-3)).toBeLessThan(0.02)
  })
})

describe('a network with a dynamic head', () => {
  const spec: NetworkSpec = {
    inputChannels: 1,
    channels: [4, 5, 6, 6],
    strides: [[1, 1, 1], [2, 2, 2], [2, 2, 2], [1, 2, 2]], // prettier-ignore
    convolutions: 1,
    classes: 3,
    deepSupervision: true,
    dynamicHead: head,
  }
  const parameters = createParameters(spec, (name) => createRandom(1, name))
  const x = normalTensor<Tensor5D>('x', [1, 8, 16, 16, 1])

  it('has no other head, and one resolution', () => {
    const names = parameterShapes(spec).map(([name]) => name)
    expect(names.filter((name) => name.startsWith('head.'))).toEqual(shapes.map(([name]) => name))
    expect(headLevels(spec)).toEqual([0])
  })

  it('answers its task, and all of them in one pass alike', () => {
    const [both, alone] = [
      forwardTasks(spec, parameters, x),
      [0, 1].map((asked) => forward({ ...spec, dynamicHead: { ...head, task: asked } }, parameters, x).logits),
    ]
    expect(both.map(({ shape }) => shape[4])).toEqual([3, 2])
    both.forEach((logits, i) => {
      expect(alone[i]).toHaveLength(1)
      expect([...logits.dataSync()]).toEqual([...alone[i]![0]!.dataSync()])
    })
  })

  it('lets the gradient reach every parameter, and leaves nothing behind', async () => {
    const weights = normalTensor('w', [1, 8, 16, 16, 3])
    const loss = () => forward(spec, parameters, x).logits[0]!.mul(weights).sum() as Scalar
    const { grads, value } = tf.variableGrads(loss, [...parameters.values()])
    for (const [name, variable] of parameters) {
      expect(
        grads[variable.name]!.dataSync().some((v) => Math.abs(v) > 1e-6),
        name,
      ).toBe(true)
    }
    tf.dispose([value, grads])
    expect(await leakedTensors(() => tf.tidy(() => void forwardTasks(spec, parameters, x)))).toBe(0)
  })
})
