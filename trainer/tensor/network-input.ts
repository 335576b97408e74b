// What a network takes: an image or a patch with its channels last.
import type { Shape } from '../../contract/geometry.ts'
import { tf, type Tensor5D } from './tensorflow.ts'

/** @param image [C, D, H, W] @returns [1, D, H, W, C] */
export function networkInput(image: Float32Array, shape: Shape): Tensor5D {
  const channels = image.length / (shape[0] * shape[1] * shape[2])
  // One channel is last as it is first: nothing to move.
  if (channels === 1) return tf.tensor(image, [1, ...shape, 1]) as Tensor5D
  return tf.tidy(
    () =>
      tf
        .tensor(image, [channels, ...shape])
        .transpose([1, 2, 3, 0])
        .expandDims(0) as Tensor5D,
  )
}
