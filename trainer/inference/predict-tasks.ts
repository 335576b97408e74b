// A network with a dynamic head on a preprocessed case: every task in every window, then fused as separate models are.
import type { Plan } from '../../contract/plan.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { HeadTask } from '../network/dynamic-head.ts'
import { forwardTasks } from '../network/unet.ts'
import type { TrainedModel } from '../stages/stage-model.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { fusePartialModels } from './fuse.ts'
import { predictVolume } from './sliding-window.ts'

/** @returns probabilities [D, H, W, classes of the union] on the preprocessed grid */
export function predictTasks(
  { spec, parameters, classes }: TrainedModel,
  volume: { readonly data: Float32Array; readonly shape: Shape; readonly outside: number },
  plan: Plan,
  overlap: number,
  onWindow?: (done: number, total: number) => void,
): Float32Array {
  const { tasks } = spec.dynamicHead!
  const channels = tasks.reduce((sum, task) => sum + task.classes.length, 0)
  const predict = (window: Float32Array): Float32Array =>
    readValues(() => {
      const x = tf.tensor(window, [1, ...plan.patch, 1]) as Tensor5D
      const answers = forwardTasks(spec, parameters, x).map((logits) => tf.softmax(logits))
      return tf.concat(answers, 4)
    })
  return fuseTasks(predictVolume(volume, plan.patch, channels, overlap, predict, onWindow), tasks, classes.length)
}

/** @param answers [V, channels of all tasks, one task after the other] @returns [V, classCount] */
export function fuseTasks(answers: Float32Array, tasks: readonly HeadTask[], classCount: number): Float32Array {
  const channels = tasks.reduce((sum, task) => sum + task.classes.length, 0)
  const voxels = answers.length / channels
  let first = 0
  const predictions = tasks.map(({ classes, competent }, index) => {
    const probabilities = new Float32Array(voxels * classes.length)
    for (let v = 0, at = 0; v < voxels; v++) {
      for (let c = 0; c < classes.length; c++) probabilities[at++] = answers[v * channels + first + c]!
    }
    first += classes.length
    return { index, classes, competent, probabilities, temperature: 1 }
  })
  return fusePartialModels(predictions, classCount)
}
