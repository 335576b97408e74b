// Values out of tensors.
import { tf, type Tensor } from './tensorflow.ts'

/**
 * Runs a computation and reads its result. Never return values from tf.tidy itself: it looks for tensors in what it
 * returns, number by number, which took four fifths of the time of a prediction.
 */
export function readValues(compute: () => Tensor): Float32Array {
  const result = tf.tidy(compute)
  const values = result.dataSync()
  result.dispose()
  return values as Float32Array
}
