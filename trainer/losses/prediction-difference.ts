// Stage 1, prediction difference: organs that other datasets label tell a model where its own organs cannot be.
import type { RunConfig } from '../../contract/run-config.ts'
import { tf, type Scalar, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'

export type Reading = RunConfig['stage1']['predictionDifference']['reading']

/**
 * For each foreign organ q present in the patch, averaged over the organs (docs/method.md, prediction difference):
 * - inside: the mean foreground probability inside it plus the mean of -log p(background) inside it. Nothing outside
 *   the masks counts, so foreground there is neither punished nor rewarded
 * - foreground: the mean foreground probability inside it alone
 * - overlap: 2 sum(p q) / (sum p + sum q) of foreground p, as a Dice score between the two
 * @param logits [V, C] of the model, class 0 background
 * @param masks one Float32Array [V] of 0 and 1 a foreign organ, each with at least one voxel
 */
export function predictionDifference(
  logits: Tensor2D,
  masks: readonly Float32Array[],
  reading: Reading = 'inside',
): Scalar {
  if (masks.length === 0) return tf.scalar(0)
  return tf.tidy(() => {
    const logBackground = tf.logSoftmax(logits).slice([0, 0], [-1, 1])
    const foreground = tf.scalar(1).sub(logBackground.exp())
    if (reading === 'overlap') return overlap(foreground.squeeze([1]), masks)
    const penalty = reading === 'foreground' ? foreground : foreground.sub(logBackground)
    // The mean over organs of means over masks is one weighted sum over voxels.
    const weights = new Float32Array(masks[0]!.length)
    for (const mask of masks) {
      const voxels = mask.reduce((sum, value) => sum + value, 0)
      for (let v = 0; v < mask.length; v++) weights[v]! += mask[v]! / (voxels * masks.length)
    }
    return penalty.squeeze([1]).mul(tf.tensor1d(weights)).sum() as Scalar
  })
}

function overlap(foreground: Tensor, masks: readonly Float32Array[]): Scalar {
  const total = foreground.sum()
  const scores = masks.map((mask) => {
    const truth = tf.tensor1d(mask)
    return foreground.mul(truth).sum().mul(2).div(total.add(truth.sum()))
  })
  return tf.addN(scores).div(masks.length) as Scalar
}
