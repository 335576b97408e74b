// Predicting a mirrored image, too: only where training mirrored patches, and with paired organs exchanged.
import type { RunConfig } from '../../contract/run-config.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import { tf, type Tensor1D, type Tensor5D } from '../tensor/tensorflow.ts'

/** Class -> class of the organ on the other side; null where a mirrored image must not be predicted. */
export type Counterpart = Study['counterpart']

/** A network that has never seen a mirrored image is not asked about one. */
export function inferenceMirror(
  study: Pick<Study, 'counterpart'>,
  { inference, augmentation }: Pick<RunConfig, 'inference' | 'augmentation'>,
): Counterpart {
  const trained = augmentation.enabled && augmentation.mirror === 'auto'
  return inference.mirror === 'auto' && trained ? study.counterpart : null
}

/**
 * Where in a mirrored prediction each channel's organ is.
 * @param classes union class of each channel of the model
 * @returns null when the model knows a paired organ without its partner: what it says of the other side is background
 */
export function mirroredChannels(classes: ClassSet, counterpart: Counterpart): number[] | null {
  if (counterpart === null) return null
  const channels = classes.map((unionClass) => classes.indexOf(counterpart[unionClass]!))
  return channels.includes(-1) ? null : channels
}

/**
 * The mean of what a network says of a window and of its mirror image.
 * @param window [1, D, H, W, channels of the image], the last axis of space from left to right
 * @param predict window -> probabilities [1, D, H, W, C]
 * @param channels of mirroredChannels
 */
export function predictBothWays(
  window: Tensor5D,
  predict: (window: Tensor5D) => Tensor5D,
  channels: readonly number[],
): Tensor5D {
  return tf.tidy(() => {
    const turned = predict(tf.reverse(window, 3)).reverse(3)
    const exchanged = channels.every((from, to) => from === to)
      ? turned
      : tf.gather(turned, tf.tensor1d([...channels], 'int32') as Tensor1D, 4)
    return predict(window).add(exchanged).mul(0.5) as Tensor5D
  })
}
