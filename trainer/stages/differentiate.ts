// One forward-backward pass of one model on one patch: the unit that all budgets count.
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { Patch } from '../data/patch.ts'
import { projectClasses, type ClassSet } from '../labels/label-sets.ts'
import { viewPatch } from '../losses/patch-view.ts'
import { segmentationLoss, type VoxelLoss } from '../losses/segmentation-loss.ts'
import type { PatchTarget } from '../losses/targets.ts'
import { forward, headLevels, type NetworkOutput } from '../network/unet.ts'
import { networkInput } from '../tensor/network-input.ts'
import { tf, type Scalar, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'
import type { StageModel } from './stage-model.ts'

/** A weighted part of a patch's loss. */
export interface LossPart {
  readonly name: string
  readonly weight: number
  /** Null when this term has nothing to say about the patch: it counts as 0. */
  readonly value: Scalar | null
}

export interface PatchGradients {
  /** By parameter name; the caller disposes. */
  readonly gradients: Map<string, Tensor>
  /** Unweighted value of each part, and `loss`, their weighted sum. */
  readonly values: Record<string, number>
}

/**
 * @param shape [D, H, W] of the patch
 * @param parts builds the loss from the network's output; runs inside a tidy
 * @returns null when no part has anything to say: nothing in the patch teaches the model
 * @throws OrganMosaicError job-failed when the loss is not a finite number
 */
export function differentiatePatch(
  model: StageModel,
  patch: Patch,
  shape: Shape,
  parts: (output: NetworkOutput) => LossPart[],
): PatchGradients | null {
  const names = new Map([...model.parameters].map(([name, variable]) => [variable.name, name]))
  const kept: { name: string; value: Scalar }[] = []
  const values: Record<string, number> = { loss: 0 }
  const { value, grads } = tf.variableGrads(() => {
    const x = networkInput(patch.image, shape)
    const output = forward(model.spec, model.parameters, x)
    const weighted = parts(output).flatMap((part) => {
      values[part.name] = 0
      if (part.value === null) return []
      kept.push({ name: part.name, value: tf.keep(part.value.clone()) })
      return [part.value.mul(part.weight)]
    })
    // tfjs wants something to differentiate even then.
    return (weighted.length === 0 ? output.logits[0]!.sum().mul(0) : tf.addN(weighted)) as Scalar
  }, [...model.parameters.values()])
  if (kept.length === 0) {
    tf.dispose([value, grads])
    return null
  }
  values['loss'] = value.dataSync()[0]!
  for (const part of kept) values[part.name] = part.value.dataSync()[0]!
  tf.dispose([value, ...kept.map((part) => part.value)])
  if (!Number.isFinite(values['loss'])) {
    throw new OrganMosaicError(
      'job-failed',
      `The loss of model ${model.index + 1} became ${values['loss']} on case ${patch.caseId}; ` +
        'lower optimiser.learningRate and resume, or look at the intensities of that case.',
      { details: values },
    )
  }
  // Parameters that no part of the loss depends on (the head, for a loss on features alone) have none.
  const gradients = new Map<string, Tensor>()
  for (const [variable, gradient] of Object.entries(grads) as [string, Tensor | null][]) {
    if (gradient !== null) gradients.set(names.get(variable)!, gradient)
  }
  return { gradients, values }
}

/** Adds the second to the first, in place, and disposes what is no longer needed. */
export function addGradients(total: Map<string, Tensor> | null, more: Map<string, Tensor>): Map<string, Tensor> {
  if (total === null) return more
  for (const [name, gradient] of more) {
    const sum = total.get(name)
    total.set(name, sum ? sum.add(gradient) : gradient)
    if (sum) tf.dispose([sum, gradient])
  }
  return total
}

/** Class sets of a patch in the model's own channels. */
export const projectSets = (model: StageModel, sets: readonly ClassSet[]): ClassSet[] =>
  sets.map((set) => projectClasses(set, model.channelOf))

/**
 * Supervised loss on all outputs; with deep supervision coarser ones count half as much each.
 * @param balance of the classes in the cross-entropy, see LossOptions
 */
export function supervisedLoss(
  model: StageModel,
  output: NetworkOutput,
  target: PatchTarget,
  shape: Shape,
  balance: number,
  loss: VoxelLoss = segmentationLoss,
): Scalar {
  const levels = headLevels(model.spec)
  const weights = levels.map((_, i) => 0.5 ** i)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const losses = output.logits.map((logits, i) => {
    const codes =
      i === 0 ? target.codes : subsampleCodes(target.codes, shape, logits.shape.slice(1, 4) as unknown as Shape)
    const flat = logits.reshape([-1, model.spec.classes]) as Tensor2D
    const options = { balance, view: viewPatch(logits, codes) }
    return loss(flat, { codes, sets: target.sets }, options).mul(weights[i]! / total)
  })
  return tf.addN(losses) as Scalar
}

/** The code at the middle of each coarse voxel. */
function subsampleCodes(codes: Int32Array, shape: Shape, coarse: Shape): Int32Array {
  const factor = shape.map((size, axis) => size / coarse[axis]!)
  const out = new Int32Array(coarse[0] * coarse[1] * coarse[2])
  let at = 0
  for (let z = 0; z < coarse[0]; z++) {
    for (let y = 0; y < coarse[1]; y++) {
      for (let x = 0; x < coarse[2]; x++) {
        const [sz, sy, sx] = [z, y, x].map((c, axis) => Math.floor((c + 0.5) * factor[axis]!))
        out[at++] = codes[(sz! * shape[1] + sy!) * shape[2] + sx!]!
      }
    }
  }
  return out
}
