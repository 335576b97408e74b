// A network with a dynamic head on a preprocessed case: every task in every window, then fused as separate models are.
import type { Plan } from '../../contract/plan.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { HeadTask } from '../network/dynamic-head.ts'
import { forwardTasks } from '../network/unet.ts'
import type { TrainedModel } from '../stages/stage-model.ts'
import { networkInput } from '../tensor/network-input.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { fusePartialModels } from './fuse.ts'
import { mirroredChannels, predictBothWays, type Counterpart } from './mirror.ts'
import { predictVolume } from './sliding-window.ts'

/** @returns probabilities [D, H, W, classes of the union] on the preprocessed grid */
export function predictTasks(
  { spec, parameters, classes }: TrainedModel,
  volume: { readonly data: Float32Array; readonly shape: Shape; readonly outside: readonly number[] },
  plan: Plan,
  overlap: number,
  mirror: Counterpart,
): Float32Array {
  const { tasks } = spec.dynamicHead!
  const channels = tasks.reduce((sum, task) => sum + task.classes.length, 0)
  const turned = mirroredTasks(tasks, mirror)
  const answer = (x: Tensor5D): Tensor5D =>
    tf.concat(
      forwardTasks(spec, parameters, x).map((logits) => tf.softmax(logits)),
      4,
    )
  const predict = (window: Float32Array): Float32Array =>
    readValues(() => {
      const x = networkInput(window, plan.patch)
      return turned ? predictBothWays(x, answer, turned) : answer(x)
    })
  return fuseTasks(predictVolume(volume, plan.patch, channels, overlap, predict), tasks, classes.length)
}

/** Where in a mirrored prediction the organ of each channel of all tasks is; null when a task forbids it. */
function mirroredTasks(tasks: readonly HeadTask[], mirror: Counterpart): number[] | null {
  const found = tasks.map((task) => mirroredChannels(task.classes, mirror))
  let first = 0
  const channels: number[] = []
  for (const inTask of found) {
    if (inTask === null) return null
    channels.push(...inTask.map((channel) => first + channel))
    first += inTask.length
  }
  return channels
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
