// TensorFlow's own Adam step, one kernel instead of ten. It updates resource variables, which tfjs does not have: tensors
// are lent to three of them for the step and read back.
import { tf, type Scalar, type Tensor } from './tensorflow.ts'

interface Output {
  readonly id: number
}

/** What tfjs-node keeps to itself: kernels by name, on the ids that the native side knows tensors by. */
interface NativeBackend {
  readonly binding: {
    executeOp(name: string, attributes: object[], inputs: number[], outputs: number): Output[]
    readonly TF_ATTR_TYPE: number
    readonly TF_ATTR_BOOL: number
    readonly TF_ATTR_SHAPE: number
    readonly TF_ATTR_STRING: number
    readonly TF_FLOAT: number
  }
  getInputTensorIds(tensors: Tensor[]): number[]
  createOutputTensor(output: Output): Tensor
}

const backend = (): NativeBackend => tf.backend() as unknown as NativeBackend

/** What one step has in common for all parameters. */
export interface AdamScalars {
  /** beta1 and beta2 to the power of the updates so far, this one included. */
  readonly power1: Scalar
  readonly power2: Scalar
  readonly rate: Scalar
  readonly beta1: Scalar
  readonly beta2: Scalar
  readonly epsilon: Scalar
}

/** Ids of the resources that hold weights, first and second moments during a step; made once. */
let lent: [number, number, number] | null = null

function resources(): [number, number, number] {
  const native = backend().binding
  const create = (name: string): number => {
    const attributes = [
      { name: 'dtype', type: native.TF_ATTR_TYPE, value: native.TF_FLOAT },
      // Any: the assignment does not look at it.
      { name: 'shape', type: native.TF_ATTR_SHAPE, value: [] },
      { name: 'shared_name', type: native.TF_ATTR_STRING, value: `adam-${name}` },
      { name: 'container', type: native.TF_ATTR_STRING, value: '' },
    ]
    return native.executeOp('VarHandleOp', attributes, [], 1)[0]!.id
  }
  return (lent ??= [create('weights'), create('first'), create('second')])
}

/**
 * Adam (Kingma and Ba 2015, section 2, its epsilon as in TensorFlow: added to the root of the uncorrected moment).
 * @param weights as the moments and the gradient of any one shape; disposes weights and moments, not the gradient
 * @returns new weights, first and second moment
 */
export function fusedAdam(
  weights: Tensor,
  first: Tensor,
  second: Tensor,
  gradient: Tensor,
  { power1, power2, rate, beta1, beta2, epsilon }: AdamScalars,
): [weights: Tensor, first: Tensor, second: Tensor] {
  const native = backend().binding
  const dtype = { name: 'dtype', type: native.TF_ATTR_TYPE, value: native.TF_FLOAT }
  const handles = resources()
  const own = [weights, first, second]
  const ids = backend().getInputTensorIds([...own, power1, power2, rate, beta1, beta2, epsilon, gradient])
  handles.forEach((handle, i) => void native.executeOp('AssignVariableOp', [dtype], [handle, ids[i]!], 0))
  // Held by the resources alone now, they are changed in place.
  tf.dispose(own)
  const attributes = [
    { name: 'T', type: native.TF_ATTR_TYPE, value: native.TF_FLOAT },
    { name: 'use_locking', type: native.TF_ATTR_BOOL, value: false },
    { name: 'use_nesterov', type: native.TF_ATTR_BOOL, value: false },
  ]
  native.executeOp('ResourceApplyAdam', attributes, [...handles, ...ids.slice(own.length)], 0)
  const read = (handle: number): Tensor =>
    backend().createOutputTensor(native.executeOp('ReadVariableOp', [dtype], [handle], 1)[0]!)
  return [read(handles[0]), read(handles[1]), read(handles[2])]
}
