// Loads TensorFlow, runs one conv3d of ones and prints one line of JSON.
// usage: node probe-tensorflow.mjs ROOT
import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'

// Gone since Node 23, and the package calls it.
Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ value) => value === undefined || value === null })
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
const tf = createRequire(join(process.argv[2], 'package.json'))('@tensorflow/tfjs-node-gpu')

const [sum] = tf.conv3d(tf.ones([1, 3, 3, 3, 1]), tf.ones([3, 3, 3, 1, 1]), 1, 'valid').dataSync()
const { binding, isUsingGpuDevice } = tf.backend()
console.log(JSON.stringify({ tensorflow: binding.TF_Version, device: isUsingGpuDevice ? 'GPU' : 'CPU', sum }))
