export { tensor } from '@tensorflow/tfjs-node-gpu'
