// Agreement of one network with the probabilities of another one (Hinton et al. 2015, at temperature 1).
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'

/**
 * Mean over the voxels of -sum over classes of q log p.
 * @param logits [V, C] of the network that learns
 * @param taught [V, C] probabilities q of the other one, not differentiated
 */
export function softCrossEntropy(logits: Tensor2D, taught: Float32Array): Scalar {
  return tf.tidy(() => {
    const q = tf.tensor2d(taught, logits.shape)
    return tf.logSoftmax(logits).mul(q).sum(1).mean().neg() as Scalar
  })
}
