// Loads TensorFlow, runs one conv3d of ones and prints one line of JSON. CommonJS, as the package is.
// usage: node probe-tensorflow.cjs ROOT
const { createRequire } = require('node:module')
const { join } = require('node:path')
const util = require('node:util')

// Gone since Node 23, and the package calls it.
Object.assign(util, { isNullOrUndefined: (value) => value === undefined || value === null })
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
const tf = createRequire(join(process.argv[2], 'package.json'))('@tensorflow/tfjs-node-gpu')

const [sum] = tf.conv3d(tf.ones([1, 3, 3, 3, 1]), tf.ones([3, 3, 3, 1, 1]), 1, 'valid').dataSync()
const { binding, isUsingGpuDevice } = tf.backend()
console.log(JSON.stringify({ tensorflow: binding.TF_Version, device: isUsingGpuDevice ? 'GPU' : 'CPU', sum }))
