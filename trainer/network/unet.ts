// The 3D U-Net: strided convolutions down, transposed convolutions up, instance norm and leaky ReLU between.
// A network is a specification plus named variables; the functions here are pure in them.
import type { Shape } from '../../contract/geometry.ts'
import type { Random } from '../imaging/random.ts'
import { dynamicHeadShapes, dynamicLogits, HEAD_CHANNELS, type DynamicHead } from './dynamic-head.ts'
import { normActivate } from '../tensor/native-ops.ts'
import { tf, type Tensor, type Tensor1D, type Tensor5D, type Variable } from '../tensor/tensorflow.ts'

type Stride = readonly [number, number, number]
type Kernel = readonly [number, number, number]

export interface NetworkSpec {
  readonly inputChannels: number
  /** Feature channels of each resolution, highest first. */
  readonly channels: readonly number[]
  /** Downsampling before each resolution; the first is [1, 1, 1]. */
  readonly strides: readonly Stride[]
  /** Of each resolution; absent: 3 x 3 x 3 everywhere. */
  readonly kernels?: readonly Kernel[]
  /** Convolutions a resolution, in encoder and decoder. */
  readonly convolutions: number
  /** Output channels: background and leaf organs. */
  readonly classes: number
  readonly deepSupervision: boolean
  /** Instead of a fixed head: one whose weights depend on the task. It has the highest resolution alone. */
  readonly dynamicHead?: DynamicHead
}

/** Variables by name, e.g. `encoder.0.0.kernel`, in a fixed order. Heads start with `head.`. */
export type Parameters = ReadonlyMap<string, Variable>

export interface NetworkOutput {
  /** [1, D, H, W, classes]; with deep supervision also the coarser resolutions, highest first. */
  readonly logits: Tensor5D[]
  /** Deepest decoder level, [1, d, h, w, c]: where both stages compare features. */
  readonly features: Tensor5D
}

/** [d, h, w] of the features. */
export const featureGrid = ({ features }: NetworkOutput): Shape => [
  features.shape[1],
  features.shape[2],
  features.shape[3],
]

const heNormal = (random: Random, shape: number[], fanIn: number): Tensor => {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  const sd = Math.sqrt(2 / fanIn)
  for (let i = 0; i < values.length; i++) values[i] = random.normal() * sd
  return tf.tensor(values, shape)
}

/** Names and shapes of a network's parameters, in order. Kernels are [kd, kh, kw, in, out]. */
export function parameterShapes(spec: NetworkSpec): [name: string, shape: number[]][] {
  const shapes: [string, number[]][] = []
  const block = (name: string, level: number, inputs: number, outputs: number) => {
    const kernel = spec.kernels?.[level] ?? [3, 3, 3]
    for (let i = 0; i < spec.convolutions; i++) {
      shapes.push([`${name}.${i}.kernel`, [...kernel, i === 0 ? inputs : outputs, outputs]])
      shapes.push([`${name}.${i}.scale`, [outputs]], [`${name}.${i}.shift`, [outputs]])
    }
  }
  const { channels, strides } = spec
  channels.forEach((outputs, level) =>
    block(`encoder.${level}`, level, level === 0 ? spec.inputChannels : channels[level - 1]!, outputs),
  )
  for (let level = channels.length - 2; level >= 0; level--) {
    // The kernel of a transposed convolution is [kd, kh, kw, out, in].
    shapes.push([`up.${level}.kernel`, [...strides[level + 1]!, channels[level]!, channels[level + 1]!]])
    block(`decoder.${level}`, level, 2 * channels[level]!, channels[level]!)
  }
  if (spec.dynamicHead) return [...shapes, ...dynamicHeadShapes(spec.dynamicHead, channels[0]!, channels.at(-1)!)]
  for (const level of headLevels(spec)) {
    shapes.push(
      [`head.${level}.kernel`, [1, 1, 1, channels[level]!, spec.classes]],
      [`head.${level}.bias`, [spec.classes]],
    )
  }
  return shapes
}

/** Resolutions with an output: the highest, and with deep supervision all decoder levels but the deepest. */
export function headLevels(spec: NetworkSpec): number[] {
  if (spec.dynamicHead) return [0]
  const decoderLevels = spec.channels.length - 1
  return Array.from({ length: spec.deepSupervision ? Math.max(1, decoderLevels - 1) : 1 }, (_, level) => level)
}

/** Initial values by He et al. 2015; each parameter draws from its own stream, so that heads do not shift the others. */
export function createParameters(spec: NetworkSpec, randomFor: (name: string) => Random): Map<string, Variable> {
  return new Map(
    parameterShapes(spec).map(([name, shape]) => {
      const initial = tf.tidy(() => {
        if (name.endsWith('.scale')) return tf.ones(shape)
        if (name.endsWith('.shift') || name.endsWith('.bias')) return tf.zeros(shape)
        return heNormal(randomFor(name), shape, fanIn(name, shape))
      })
      const variable = tf.variable(initial, true)
      initial.dispose()
      return [name, variable]
    }),
  )
}

function fanIn(name: string, shape: readonly number[]): number {
  // It makes kernels of so many inputs.
  if (name === 'head.controller.kernel') return HEAD_CHANNELS
  const outputs = name.startsWith('up.') ? shape[3]! : shape[4]!
  return shape.reduce((product, size) => product * size, 1) / outputs
}

/**
 * Runs the network on one patch.
 * @param x [1, D, H, W, inputChannels]; each axis divisible by the product of its strides
 */
export function forward(spec: NetworkSpec, parameters: Parameters, x: Tensor5D): NetworkOutput {
  const { encoded, decoded } = runBody(spec, parameters, x)
  const features = decoded.at(-1) ?? encoded
  const { dynamicHead } = spec
  if (dynamicHead) {
    return { logits: [dynamicLogits(dynamicHead, dynamicHead.task, parameters, encoded, decoded[0]!)], features }
  }
  const logits = headLevels(spec).map((level) => {
    const head = tf.conv3d(decoded[level]!, parameters.get(`head.${level}.kernel`) as unknown as Tensor5D, 1, 'same')
    return head.add(parameters.get(`head.${level}.bias`)!) as Tensor5D
  })
  return { logits, features }
}

/** Logits of every task of a dynamic head, from one pass through the rest of the network. */
export function forwardTasks(spec: NetworkSpec, parameters: Parameters, x: Tensor5D): Tensor5D[] {
  const { encoded, decoded } = runBody(spec, parameters, x)
  const head = spec.dynamicHead!
  return head.tasks.map((_, task) => dynamicLogits(head, task, parameters, encoded, decoded[0]!))
}

/** @returns the deepest encoder level, and all decoder levels, highest first */
function runBody(spec: NetworkSpec, parameters: Parameters, x: Tensor5D): { encoded: Tensor5D; decoded: Tensor5D[] } {
  const get = <T extends Tensor>(name: string): T => parameters.get(name) as unknown as T
  const block = (name: string, input: Tensor5D, stride: Stride): Tensor5D => {
    let y = input
    for (let i = 0; i < spec.convolutions; i++) {
      const convolved = tf.conv3d(y, get<Tensor5D>(`${name}.${i}.kernel`), i === 0 ? [...stride] : 1, 'same')
      y = normActivate(convolved, get<Tensor1D>(`${name}.${i}.scale`), get<Tensor1D>(`${name}.${i}.shift`))
    }
    return y
  }
  const skips: Tensor5D[] = []
  let y = x
  spec.strides.forEach((stride, level) => {
    y = block(`encoder.${level}`, y, stride)
    skips.push(y)
  })
  const encoded = y
  const decoded: Tensor5D[] = []
  for (let level = spec.channels.length - 2; level >= 0; level--) {
    const skip = skips[level]!
    const up = tf.conv3dTranspose(
      y,
      get<Tensor5D>(`up.${level}.kernel`),
      skip.shape,
      [...spec.strides[level + 1]!],
      'same',
    )
    y = block(`decoder.${level}`, tf.concat([skip, up], 4), [1, 1, 1])
    decoded.unshift(y)
  }
  return { encoded, decoded }
}
