// A trained model on a preprocessed case.
import type { Plan } from '../../contract/plan.ts'
import type { Shape } from '../../contract/geometry.ts'
import { lowestOf } from '../imaging/planes.ts'
import { forward } from '../network/unet.ts'
import type { TrainedModel } from '../stages/stage-model.ts'
import { networkInput } from '../tensor/network-input.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { mirroredChannels, predictBothWays, type Counterpart } from './mirror.ts'
import { predictTasks } from './predict-tasks.ts'
import { predictVolume } from './sliding-window.ts'

/**
 * @param image [channels of the model, D, H, W]
 * @param mirror of the study where each window is predicted mirrored, too; null: as it is
 * @returns probabilities [D, H, W, channels of the model] on the preprocessed grid
 */
export function predictCase(
  model: TrainedModel,
  image: { readonly image: Float32Array; readonly shape: Shape },
  plan: Plan,
  overlap: number,
  mirror: Counterpart = null,
): Float32Array {
  const outside = lowestOf(image.image, model.spec.inputChannels)
  const volume = { data: image.image, shape: image.shape, outside }
  if (model.spec.dynamicHead) return predictTasks(model, volume, plan, overlap, mirror)
  const channels = mirroredChannels(model.classes, mirror)
  const predict = (x: Tensor5D): Tensor5D => tf.softmax(forward(model.spec, model.parameters, x).logits[0]!)
  return predictVolume(volume, plan.patch, model.spec.classes, overlap, (window) =>
    readValues(() => {
      const x = networkInput(window, plan.patch)
      return channels ? predictBothWays(x, predict, channels) : predict(x)
    }),
  )
}
