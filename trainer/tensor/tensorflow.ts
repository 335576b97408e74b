// The one place that loads TensorFlow. Everything below trainer/ that computes imports `tf` from here.
// Threads and log level are read by the native library when it loads: set them in the environment before.
import { createRequire } from 'node:module'
import util from 'node:util'
import { OrganMosaicError } from '../../contract/errors.ts'
import { bindingFile, chooseGpuRuntime } from '../runtime/gpu-runtime.ts'
import { repairAdvice } from '../runtime/installation.ts'

type Tfjs = typeof import('@tensorflow/tfjs-node-gpu')
export type Tensor = import('@tensorflow/tfjs-node-gpu').Tensor
export type Tensor5D = import('@tensorflow/tfjs-node-gpu').Tensor5D
export type Tensor2D = import('@tensorflow/tfjs-node-gpu').Tensor2D
export type Tensor1D = import('@tensorflow/tfjs-node-gpu').Tensor1D
export type Scalar = import('@tensorflow/tfjs-node-gpu').Scalar
export type Variable = import('@tensorflow/tfjs-node-gpu').Variable

function load(): Tfjs {
  // tfjs-node 4.22 calls a function that Node 23 removed.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean }
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const require = createRequire(import.meta.url)
  const runtime = chooseGpuRuntime()
  try {
    if (runtime !== null) useBinding(require, bindingFile(runtime))
    return require('@tensorflow/tfjs-node-gpu') as Tfjs
  } catch (cause) {
    if (runtime !== null) throw brokenRuntime(runtime, cause)
    throw new OrganMosaicError(
      'environment',
      `TensorFlow could not be loaded: its native part is missing or does not fit this machine. ${repairAdvice()}`,
      { cause },
    )
  }
}

/** The package asks for the binding beside it by its path: there it finds the other one, which is linked to CUDA. */
function useBinding(require: NodeJS.Require, binding: string): void {
  const own = require.resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')
  require(binding)
  require.cache[own] = require.cache[require.resolve(binding)]
}

function brokenRuntime(folder: string, cause: unknown): OrganMosaicError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
  return new OrganMosaicError(
    'environment',
    `The GPU runtime in ${folder} could not be loaded (${reason}). Fetch it again with organ-mosaic gpu remove and ` +
      'organ-mosaic gpu install; without it the processor is used.',
    { cause },
  )
}

export const tf: Tfjs = load()
