// Test helpers: seeded tensors, gradients against central differences, tensors that were never disposed.
import { createRandom } from '../imaging/random.ts'
import { tf, type Scalar, type Tensor } from './tensorflow.ts'

/** Standard normal values, the same for the same name and shape. */
export function normalTensor<T extends Tensor = Tensor>(name: string, shape: number[], scale = 1): T {
  const random = createRandom(1, 'test-tensor', name, ...shape)
  const size = shape.reduce((product, length) => product * length, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  ) as unknown as T
}

/**
 * Largest difference between the gradient of f and central differences, over every element of every input,
 * as a share of the largest central difference.
 */
export function gradientError(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], epsilon = 1e-2): number {
  const analytic = tf
    .grads((...xs) => f(...xs) as Scalar)(inputs)
    .map((gradient) => gradient.dataSync())
  const valueAt = (moved: number, element: number, by: number): number =>
    tf.tidy(() => {
      const shifted = inputs.map((input, i) => {
        if (i !== moved) return input
        const values = Float32Array.from(input.dataSync())
        values[element]! += by
        return tf.tensor(values, input.shape)
      })
      return f(...shifted).dataSync()[0]!
    })
  let [difference, largest] = [0, 0]
  analytic.forEach((gradient, i) =>
    gradient.forEach((value, element) => {
      const numeric = (valueAt(i, element, epsilon) - valueAt(i, element, -epsilon)) / (2 * epsilon)
      difference = Math.max(difference, Math.abs(numeric - value))
      largest = Math.max(largest, Math.abs(numeric))
    }),
  )
  if (largest === 0) throw new Error('the function is flat: such a comparison proves nothing')
  return difference / largest
}

/** How many tensors more there are after some work than before it. */
export async function leakedTensors(work: () => unknown): Promise<number> {
  const before = tf.memory().numTensors
  await work()
  return tf.memory().numTensors - before
}
