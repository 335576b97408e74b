// A trained model on a preprocessed case.
import type { Plan } from '../../contract/plan.ts'
import type { Shape } from '../../contract/geometry.ts'
import { forward } from '../network/unet.ts'
import type { TrainedModel } from '../stages/stage-model.ts'
import { readValues } from '../tensor/read-values.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { predictTasks } from './predict-tasks.ts'
import { predictVolume } from './sliding-window.ts'

/** @returns probabilities [D, H, W, channels of the model] on the preprocessed grid */
export function predictCase(
  model: TrainedModel,
  image: { readonly image: Float32Array; readonly shape: Shape },
  plan: Plan,
  overlap: number,
  onWindow?: (done: number, total: number) => void,
): Float32Array {
  const outside = image.image.reduce((low, value) => Math.min(low, value), Infinity)
  const volume = { data: image.image, shape: image.shape, outside }
  if (model.spec.dynamicHead) return predictTasks(model, volume, plan, overlap, onWindow)
  return predictVolume(
    volume,
    plan.patch,
    model.spec.classes,
    overlap,
    (window) =>
      readValues(() => {
        const x = tf.tensor(window, [1, ...plan.patch, 1]) as Tensor5D
        return tf.softmax(forward(model.spec, model.parameters, x).logits[0]!)
      }),
    onWindow,
  )
}
