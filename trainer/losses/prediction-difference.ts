// Stage 1, prediction difference: organs that other datasets label tell a model where its own organs cannot be.
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'

/**
 * For each foreign organ q present in the patch: the mean foreground probability inside it plus the mean of
 * -log p(background) inside it; averaged over the organs. Nothing outside the masks counts, so foreground there is
 * neither punished nor rewarded (docs/method.md, prediction difference).
 * @param logits [V, C] of the model, class 0 background
 * @param masks one Float32Array [V] of 0 and 1 a foreign organ, each with at least one voxel
 */
export function predictionDifference(logits: Tensor2D, masks: readonly Float32Array[]): Scalar {
  if (masks.length === 0) return tf.scalar(0)
  return tf.tidy(() => {
    const logBackground = tf.logSoftmax(logits).slice([0, 0], [-1, 1])
    const penalty = tf.scalar(1).sub(logBackground.exp()).sub(logBackground)
    // The mean over organs of means over masks is one weighted sum over voxels.
    const weights = new Float32Array(masks[0]!.length)
    for (const mask of masks) {
      const voxels = mask.reduce((sum, value) => sum + value, 0)
      for (let v = 0; v < mask.length; v++) weights[v]! += mask[v]! / (voxels * masks.length)
    }
    return penalty.squeeze([1]).mul(tf.tensor1d(weights)).sum() as Scalar
  })
}
