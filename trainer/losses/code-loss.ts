// The one differentiable shape of every loss on a patch's labels: cross-entropies with what each code allows, and any
// function of the probabilities summed by code. Its gradient is written out, which takes a dozen passes over the voxels
// instead of forty.
import { tf, type Scalar, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'
import { codeTable, sumByCode, type PatchView } from './patch-view.ts'

/** Keeps the logarithm of an impossible class finite; in float32, less than any probability that counts. */
const TINY = 1e-30

export interface CodeLoss {
  /** [K] weight of each voxel of a code in the cross-entropy; codes of weight 0 have none */
  readonly weights: readonly number[]
  /** [K, C] 1 where a code may be a class */
  readonly allowed: readonly (readonly number[])[]
  /**
   * Of the probabilities summed over the voxels of each code, [K, C].
   * @returns value, and its derivative by each sum [K, C]
   */
  readonly ofSums: (sums: readonly (readonly number[])[]) => { value: number; gradient: number[][] }
}

/**
 * sum over voxels of -weight * log(probability of the classes that the code allows), plus ofSums.
 * @param logits [V, C]
 * @param view of the same logits
 */
export function codeLoss(logits: Tensor2D, view: PatchView, { weights, allowed, ofSums }: CodeLoss): Scalar {
  const { probabilities, oneHot } = view
  const channels = logits.shape[1]
  const op = tf.customGrad((_, save) => {
    const everywhere = tf.ones([channels, channels]) as Tensor2D
    const masked = oneHot.matMul(codeTable(allowed)).mul(probabilities.add(TINY)) as Tensor2D
    // What each allowed class contributes: the target that the probabilities are pulled to.
    const share = masked.div(masked.matMul(everywhere)) as Tensor2D
    const logAllowed = masked.matMul(tf.ones([channels, 1])).log() as Tensor2D
    const entropies = sumByCode(view, logAllowed)
    const { value, gradient } = ofSums(sumByCode(view, probabilities))
    const entropy = entropies.reduce((sum, [logs], k) => sum - (weights[k] === 0 ? 0 : weights[k]! * logs!), 0)
    const saver = save as (tensors: Tensor[]) => void
    saver([probabilities, oneHot, share])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [p, codes, target] = saved as [Tensor2D, Tensor2D, Tensor2D]
      const bySum = codes.matMul(codeTable(gradient).mul(dy) as Tensor2D).mul(p)
      const spread = codeTable(weights.map((weight) => Array.from({ length: channels }, () => weight)))
      const pull = bySum.sub(codes.matMul(spread.mul(dy) as Tensor2D).mul(target)) as Tensor2D
      return pull.sub(pull.matMul(tf.ones([channels, channels])).mul(p))
    }
    return { value: tf.scalar(entropy + value), gradFunc }
  })
  return op(logits) as Scalar
}
