import { describe, expect, it } from 'vitest'
import { normActivate, squaredSum } from './native-ops.ts'
import { tf, type Tensor1D, type Tensor5D } from './tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from './test-tensors.ts'

/** Instance norm, scale, shift, leaky ReLU by the textbook, in plain numbers. */
function expected(x: Tensor5D, scale: number[], shift: number[], slope: number): number[] {
  const values = [...x.dataSync()]
  const channels = x.shape[4]
  const perChannel = Array.from({ length: channels }, (_, c) => values.filter((_, i) => i % channels === c))
  const means = perChannel.map((column) => column.reduce((sum, v) => sum + v, 0) / column.length)
  const variances = perChannel.map(
    (column, c) => column.reduce((sum, v) => sum + (v - means[c]!) ** 2, 0) / column.length,
  )
  return values.map((value, i) => {
    const c = i % channels
    const normed = (scale[c]! * (value - means[c]!)) / Math.sqrt(variances[c]! + 1e-5) + shift[c]!
    return normed > 0 ? normed : slope * normed
  })
}

describe('normActivate', () => {
  it.each([
    { slope: 0.01, offset: 0, spread: 1 },
    { slope: 0.2, offset: 5, spread: 0.3 },
  ])('is instance norm, scale, shift and leaky ReLU: %o', ({ slope, offset, spread }) => {
    const x = normalTensor<Tensor5D>('x', [1, 2, 3, 4, 3], spread).add(offset) as Tensor5D
    const [scale, shift] = [
      [1, -0.5, 2],
      [0, 0.3, -1],
    ]
    const y = normActivate(x, tf.tensor1d(scale!), tf.tensor1d(shift!), slope)
    expect(y.shape).toEqual([1, 2, 3, 4, 3])
    const truth = expected(x, scale!, shift!, slope)
    y.dataSync().forEach((value, i) => expect(value).toBeCloseTo(truth[i]!, 4))
  })

  it('has the gradient of central differences for input, scale and shift', () => {
    const weights = normalTensor('w', [1, 2, 2, 3, 2])
    const inputs = [normalTensor('x', [1, 2, 2, 3, 2]), tf.tensor1d([1.2, -0.7]), tf.tensor1d([0.4, -0.3])]
    const error = gradientError(
      (x, scale, shift) =>
        normActivate(x as Tensor5D, scale as Tensor1D, shift as Tensor1D, 0.1)
          .mul(weights)
          .sum(),
      inputs,
      2e-3,
    )
    expect(error).toBeLessThan(0.01)
  })

  it('refuses a batch, over which it would mix images', () => {
    const batch = tf.zeros([2, 2, 2, 2, 1]) as Tensor5D
    expect(() => normActivate(batch, tf.ones([1]), tf.zeros([1]))).toThrow('needs a batch of 1, got 2')
  })

  it('leaves nothing behind, forward or backward', async () => {
    const [x, scale, shift] = [
      normalTensor<Tensor5D>('x', [1, 2, 2, 2, 2]),
      tf.ones([2]) as Tensor1D,
      tf.zeros([2]) as Tensor1D,
    ]
    expect(await leakedTensors(() => tf.tidy(() => normActivate(x, scale, shift)).dispose())).toBe(0)
    const gradients = () => tf.grads((a, b, c) => normActivate(a as Tensor5D, b as Tensor1D, c as Tensor1D).sum())
    expect(await leakedTensors(() => tf.dispose(gradients()([x, scale, shift])))).toBe(0)
  })
})

describe('conv3dTranspose', () => {
  it.each([{ stride: [2, 2, 2] }, { stride: [1, 2, 2] }, { stride: [2, 1, 3] }, { stride: [1, 1, 1] }])(
    'has the gradient of central differences for input and filter: %o',
    ({ stride }) => {
      const [sz, sy, sx] = stride as [number, number, number]
      const output: [number, number, number, number, number] = [1, 2 * sz, 2 * sy, 2 * sx, 2]
      const weights = normalTensor('w', output)
      const inputs = [normalTensor('x', [1, 2, 2, 2, 3]), normalTensor('f', [sz, sy, sx, 2, 3])]
      const error = gradientError(
        (x, filter) =>
          tf
            .conv3dTranspose(x as Tensor5D, filter as Tensor5D, output, [sz, sy, sx], 'same')
            .mul(weights)
            .sum(),
        inputs,
      )
      expect(error).toBeLessThan(0.005)
    },
  )

  it('spreads a voxel over its block of the output', () => {
    // one input voxel of 3, kernel 1 x 1 x 2 with 1 and 10, stride 1 x 1 x 2: the output is [3, 30]
    const x = tf.tensor5d([3], [1, 1, 1, 1, 1])
    const filter = tf.tensor5d([1, 10], [1, 1, 2, 1, 1])
    const y = tf.conv3dTranspose(x, filter, [1, 1, 1, 2, 1], [1, 1, 2], 'same')
    expect([...y.dataSync()]).toEqual([3, 30])
  })
})

describe('squaredSum', () => {
  it('adds the squares, whatever the shape', () => {
    expect(squaredSum(tf.tensor2d([1, -2, 3, 0], [2, 2])).dataSync()[0]).toBe(14)
    expect(squaredSum(tf.zeros([3])).dataSync()[0]).toBe(0)
  })

  it('leaves nothing behind', async () => {
    const x = normalTensor('x', [1, 3, 4, 5, 2])
    expect(await leakedTensors(() => squaredSum(x).dispose())).toBe(0)
  })
})
