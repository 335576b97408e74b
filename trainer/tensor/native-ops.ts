// TensorFlow kernels that tfjs does not expose, called by name, and the gradients that it lacks.
// Each has a test against finite differences or an independent formula (native-ops.spec.ts).
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js'
import { tf, type Tensor, type Tensor1D, type Tensor5D } from './tensorflow.ts'

const EPSILON = 1e-5

const backend = (): NodeJSKernelBackend => tf.backend() as unknown as NodeJSKernelBackend

type Attribute = ReturnType<NodeJSKernelBackend['createReductionOpAttrs']>[number]

const float32Attribute = (name: string): Attribute => {
  const { binding } = backend()
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
}

function batchNormAttributes(): Attribute[] {
  const { binding } = backend()
  return [
    float32Attribute('T'),
    float32Attribute('U'),
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: EPSILON },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ]
}

function leakyReluAttributes(slope: number): Attribute[] {
  return [float32Attribute('T'), { name: 'alpha', type: backend().binding.TF_ATTR_FLOAT, value: slope }]
}

/**
 * Instance normalisation, scale, shift and leaky ReLU in one step with one gradient.
 * The fused batch norm kernel on [1, D*H, W, C] is an exact instance norm for a batch of one.
 * @param x [1, D, H, W, C]
 * @param scale [C]
 * @param shift [C]
 * @returns [1, D, H, W, C]
 */
export function normActivate(x: Tensor5D, scale: Tensor1D, shift: Tensor1D, slope = 0.01): Tensor5D {
  const [batch, depth, height, width, channels] = x.shape
  if (batch !== 1) throw new RangeError(`normActivate needs a batch of 1, got ${batch}`)
  const flat: [number, number, number, number] = [1, depth * height, width, channels]
  const op = tf.customGrad((xIn, scaleIn, shiftIn, save) => {
    const input = xIn as Tensor5D
    const none = tf.tensor1d([])
    const [normed, mean, variance, r1, r2, r3] = backend().executeMultipleOutputs(
      'FusedBatchNormV3',
      [...batchNormAttributes(), { name: 'exponential_avg_factor', type: backend().binding.TF_ATTR_FLOAT, value: 1 }],
      [input.reshape(flat), scaleIn as Tensor, shiftIn as Tensor, none, none],
      6,
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
    tf.dispose([none, mean, variance])
    const value = backend().executeSingleOutput('LeakyRelu', leakyReluAttributes(slope), [normed])
    normed.dispose()
    // For a positive slope the sign of the output is the sign of the input: one tensor less to keep.
    const saver = save as (tensors: Tensor[]) => void
    saver([input, scaleIn as Tensor, value, r1, r2, r3])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [x0, scale0, y0, s1, s2, s3] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
      const dNormed = backend().executeSingleOutput('LeakyReluGrad', leakyReluAttributes(slope), [dy.reshape(flat), y0])
      const [dx, dScale, dShift] = backend().executeMultipleOutputs(
        'FusedBatchNormGradV3',
        batchNormAttributes(),
        [dNormed, x0.reshape(flat), scale0, s1, s2, s3],
        5,
      ) as [Tensor, Tensor, Tensor]
      return [dx.reshape(x0.shape), dScale, dShift]
    }
    return { value: value.reshape(input.shape), gradFunc }
  })
  return op(x, scale, shift) as Tensor5D
}

/** Sum of the squares of all values, a scalar, in one pass; it has no gradient. */
export function squaredSum(x: Tensor): Tensor {
  return tf.tidy(() =>
    backend()
      .executeSingleOutput('L2Loss', [float32Attribute('T')], [x])
      .mul(2),
  )
}

/** tfjs has no gradient for the kernel behind conv3dTranspose: its input gradient is a convolution of dy. */
function registerTransposedConvolutionGradient(): void {
  tf.registerGradient({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (dyOrDys, saved, attributes) => {
      const upstream = dyOrDys as Tensor5D
      const [dy, filter] = saved as [Tensor5D, Tensor5D]
      const { strides, pad } = attributes as unknown as { strides: [number, number, number]; pad: 'same' | 'valid' }
      return {
        dy: () => tf.conv3d(upstream, filter, strides, pad),
        filter: () =>
          tf.engine().runKernel(
            'Conv3DBackpropFilterV2',
            { x: upstream, dy },
            {
              strides,
              pad,
              filterShape: filter.shape,
            },
          ) as Tensor,
      }
    },
  })
}

registerTransposedConvolutionGradient()
