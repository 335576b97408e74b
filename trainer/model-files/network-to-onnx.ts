// The U-Net of network/unet.ts as ONNX nodes: channels first, kernels with their axes exchanged, padding written out.
import type { Shape } from '../../contract/geometry.ts'
import type { NamedArray } from './safetensors.ts'
import type { OnnxGraph } from './onnx-graph.ts'

export type NetworkWeights = ReadonlyMap<string, NamedArray>
type Stride = readonly [number, number, number]

const SLOPE = 0.01
const EPSILON = 1e-5

interface Value {
  readonly name: string
  /** [depth, height, width] */
  readonly size: Shape
}

/**
 * @param prefix of the names of its weights, so that several networks fit into one graph
 * @param input [1, channels, D, H, W]
 * @returns name of the probabilities [1, classes, D, H, W]
 */
export function addNetwork(
  graph: OnnxGraph,
  prefix: string,
  weights: NetworkWeights,
  strides: readonly Stride[],
  input: Value,
): string {
  const take = (name: string): NamedArray => {
    const array = weights.get(name)
    if (!array) throw new RangeError(`the weights hold no ${name}`)
    return array
  }
  const convolve = (from: Value, name: string, stride: Stride, bias: string | null): Value => {
    const kernel = take(`${name}.kernel`)
    const kernelShape = kernel.shape.slice(0, 3)
    const inputs = [from.name, graph.weight(`${prefix}${name}.kernel`, ...channelsFirst(kernel, [4, 3, 0, 1, 2]))]
    if (bias !== null) inputs.push(graph.weight(`${prefix}${bias}`, take(bias).shape, take(bias).data))
    const size = from.size.map((length, axis) => Math.ceil(length / stride[axis]!)) as unknown as Shape
    const pads = samePadding(from.size, size, kernelShape, stride)
    return { name: graph.node('Conv', inputs, { kernel_shape: kernelShape, strides: stride, pads }), size }
  }
  const block = (from: Value, name: string, stride: Stride): Value => {
    let value = from
    for (let i = 0; weights.has(`${name}.${i}.kernel`); i++) {
      const convolved = convolve(value, `${name}.${i}`, i === 0 ? stride : [1, 1, 1], null)
      const norms = ['scale', 'shift'].map((kind) => {
        const array = take(`${name}.${i}.${kind}`)
        return graph.weight(`${prefix}${name}.${i}.${kind}`, array.shape, array.data)
      })
      const normed = graph.node('InstanceNormalization', [convolved.name, ...norms], { epsilon: EPSILON }, ['epsilon'])
      value = { name: graph.node('LeakyRelu', [normed], { alpha: SLOPE }, ['alpha']), size: convolved.size }
    }
    return value
  }

  const skips: Value[] = []
  let value = input
  for (const [level, stride] of strides.entries()) {
    value = block(value, `encoder.${level}`, stride)
    skips.push(value)
  }
  for (let level = strides.length - 2; level >= 0; level--) {
    const kernel = take(`up.${level}.kernel`)
    const stride = strides[level + 1]!
    const up = graph.node(
      'ConvTranspose',
      [value.name, graph.weight(`${prefix}up.${level}.kernel`, ...channelsFirst(kernel, [4, 3, 0, 1, 2]))],
      { kernel_shape: kernel.shape.slice(0, 3), strides: stride, pads: [0, 0, 0, 0, 0, 0] },
    )
    const skip = skips[level]!
    const joined = graph.node('Concat', [skip.name, up], { axis: 1 })
    value = block({ name: joined, size: skip.size }, `decoder.${level}`, [1, 1, 1])
  }
  const logits = convolve(value, 'head.0', [1, 1, 1], 'head.0.bias')
  return graph.node('Softmax', [logits.name], { axis: 1 })
}

/** As TensorFlow pads for 'same': the odd voxel at the end. @returns begins, then ends, of depth, height and width */
function samePadding(from: Shape, to: Shape, kernel: readonly number[], stride: Stride): number[] {
  const total = from.map((length, axis) => Math.max(0, (to[axis]! - 1) * stride[axis]! + kernel[axis]! - length))
  return [...total.map((n) => Math.floor(n / 2)), ...total.map((n) => Math.ceil(n / 2))]
}

/** @param axes axis n of the result is axis axes[n] of the array */
function channelsFirst({ shape, data }: NamedArray, axes: readonly number[]): [number[], Float32Array] {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const to = axes.map((axis) => shape[axis]!)
  const from = axes.map((axis) => steps[axis]!)
  const result = new Float32Array(data.length)
  const at = to.map(() => 0)
  for (let i = 0, source = 0; i < result.length; i++) {
    result[i] = data[source]!
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at[axis]! += 1
      source += from[axis]!
      if (at[axis]! < to[axis]!) break
      source -= from[axis]! * to[axis]!
      at[axis] = 0
    }
  }
  return [to, result]
}
