// The dynamic head (DoDNet, Zhang et al. 2021, CVPR): three 1x1x1 convolutions whose weights a
// controller makes from the deepest features of the patch and from which task is asked for. All tasks share the rest.
import { tf, type Tensor, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'

/** Feature channels of the head, as published. */
export const HEAD_CHANNELS = 8
const LAYERS = 3

/** What one task, a dataset, asks for. */
export interface HeadTask {
  /** Class of the union of each of its channels; channel 0 is background. */
  readonly classes: readonly number[]
  /** Classes of the union that its labels can tell. */
  readonly competent: readonly number[]
}

export interface DynamicHead {
  readonly tasks: readonly HeadTask[]
  /** Position of the task that `forward` answers. */
  readonly task: number
}

type Parameters = ReadonlyMap<string, Tensor>

/** Output channels of each layer; the last one has enough for the task with the most organs. */
function layerOutputs({ tasks }: DynamicHead): number[] {
  const largest = Math.max(...tasks.map(({ classes }) => classes.length))
  return [...new Array<number>(LAYERS - 1).fill(HEAD_CHANNELS), largest]
}

/** @param features channels of the highest decoder level @param deepest channels of the deepest encoder level */
export function dynamicHeadShapes(head: DynamicHead, features: number, deepest: number): [string, number[]][] {
  const made = layerOutputs(head).reduce((sum, outputs) => sum + (HEAD_CHANNELS + 1) * outputs, 0)
  return [
    ['head.reduce.kernel', [1, 1, 1, features, HEAD_CHANNELS]],
    ['head.reduce.bias', [HEAD_CHANNELS]],
    ['head.controller.kernel', [1, 1, 1, deepest + head.tasks.length, made]],
    ['head.controller.bias', [made]],
  ]
}

/**
 * @param encoded deepest encoder level [1, d, h, w, C]
 * @param decoded highest decoder level [1, D, H, W, F]
 * @returns logits of a task [1, D, H, W, channels of the task]
 */
export function dynamicLogits(
  head: DynamicHead,
  task: number,
  parameters: Parameters,
  encoded: Tensor5D,
  decoded: Tensor5D,
): Tensor5D {
  const weights = controlWeights(head, task, parameters, encoded)
  const reduced = tf.conv3d(decoded, parameters.get('head.reduce.kernel') as Tensor5D, 1, 'same')
  let y = reduced.add(parameters.get('head.reduce.bias')!).reshape([-1, HEAD_CHANNELS]) as Tensor2D
  const channels = head.tasks[task]!.classes.length
  let at = 0
  layerOutputs(head).forEach((outputs, layer, all) => {
    const take = (size: number): Tensor => weights.slice([0, at], [1, size])
    const kernel = take(HEAD_CHANNELS * outputs).reshape([HEAD_CHANNELS, outputs])
    at += HEAD_CHANNELS * outputs
    const bias = take(outputs)
    at += outputs
    const last = layer === all.length - 1
    // A task with fewer organs than the largest one leaves the rest of the last layer unused.
    const used = last ? channels : outputs
    const sum = y.matMul(kernel.slice([0, 0], [HEAD_CHANNELS, used]) as Tensor2D).add(bias.slice([0, 0], [1, used]))
    y = (last ? sum : sum.relu()) as Tensor2D
  })
  return y.reshape([...decoded.shape.slice(0, 4), channels]) as Tensor5D
}

/** Weights and biases of all layers, one after the other [1, numbers]. */
function controlWeights({ tasks }: DynamicHead, task: number, parameters: Parameters, encoded: Tensor5D): Tensor2D {
  const deepest = encoded.shape[4]
  // Divided by the root of their number: else a step of the optimiser, alike for all of the controller's weights, would
  // move what it makes as many times as far as it moves an ordinary weight.
  const pooled = encoded.mean([1, 2, 3]).div(Math.sqrt(deepest)).reshape([1, deepest])
  const asked = tf.oneHot(tf.tensor1d([task], 'int32'), tasks.length).toFloat()
  const kernel = parameters.get('head.controller.kernel')!
  const flat = kernel.reshape([deepest + tasks.length, kernel.shape[4]!]) as Tensor2D
  const input = tf.concat([pooled, asked], 1) as Tensor2D
  return input.matMul(flat).add(parameters.get('head.controller.bias')!) as Tensor2D
}
