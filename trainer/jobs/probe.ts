// The doctor's probe: which TensorFlow runs where, and whether a convolution and its gradient are right and how fast.
import { existsSync, lstatSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js'
import type { Device } from '../../contract/device.ts'
import type { ProbeReport } from '../../contract/report.ts'
import { createRandom } from '../imaging/random.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { jobCards } from '../tensor/job-cards.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { processor } from '../tensor/used-device.ts'

const SIDE = 40
const CHANNELS = 16
const ROUNDS = 8

export async function runProbeJob(folder: string): Promise<void> {
  const started = performance.now()
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as NodeJSKernelBackend
  const device = isUsingGpuDevice ? 'GPU' : 'CPU'
  const cards = jobCards().map(({ name, memoryMb }): Device => ({ type: 'GPU', name, memoryMb }))
  const report: ProbeReport = {
    tensorflow: binding.TF_Version,
    tfjs: tf.version['tfjs-core'],
    binding: isWheelBinding() ? 'wheel' : 'upstream',
    devices: [processor(), ...cards],
    device,
    threads: Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0),
    convolutionGflops: measureGflops(),
    gradientError: gradientError(),
    sample: sampleValues(),
    seconds: (performance.now() - started) / 1000,
  }
  await mkdir(join(folder, 'report'), { recursive: true })
  await writeFileAtomically(join(folder, 'report', 'probe.json'), JSON.stringify(report, null, 2))
}

/** The set-up links the native part that it built, and packages hold it beside its libraries; the upstream download is another folder. */
function isWheelBinding(): boolean {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
  return existsSync(join(packageFolder, 'tensorflow')) || lstatSync(join(packageFolder, 'lib')).isSymbolicLink()
}

/** Forward and both gradients of a 3 x 3 x 3 convolution: three times 2 * voxels * 27 * in * out operations. */
function measureGflops(): number {
  const run = () =>
    tf.tidy(() => {
      const x = tf.ones([1, SIDE, SIDE, SIDE, CHANNELS]) as Tensor5D
      const w = tf.ones([3, 3, 3, CHANNELS, CHANNELS]) as Tensor5D
      const [dx, dw] = tf.grads((a, b) =>
        tf
          .conv3d(a as Tensor5D, b as Tensor5D, 1, 'same')
          .square()
          .sum(),
      )([x, w])
      return dx!.sum().add(dw!.sum()).dataSync()
    })
  run()
  const start = performance.now()
  for (let i = 0; i < ROUNDS; i++) run()
  const seconds = (performance.now() - start) / 1000
  return (ROUNDS * 3 * 2 * SIDE ** 3 * 27 * CHANNELS ** 2) / seconds / 1e9
}

/** Some values of a convolution and its two gradients, the same on every machine but for rounding. */
function sampleValues(): number[] {
  const random = createRandom('sample')
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal())
  return tf.tidy(() => {
    const x = tf.tensor(values(8 ** 3 * 4), [1, 8, 8, 8, 4]) as Tensor5D
    const w = tf.tensor(values(27 * 4 * 8), [3, 3, 3, 4, 8]) as Tensor5D
    const convolve = (a: Tensor5D, b: Tensor5D) => tf.conv3d(a, b, 1, 'same')
    const gradients = tf.grads((a, b) =>
      convolve(a as Tensor5D, b as Tensor5D)
        .square()
        .sum(),
    )([x, w])
    return [convolve(x, w), ...gradients].flatMap((tensor) => {
      const all = tensor.dataSync() as Float32Array
      // Each of the three by its own size, so that one tolerance fits them.
      const largest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return Array.from({ length: 32 }, (_, i) => all[Math.floor((i * all.length) / 32)]! / largest)
    })
  })
}

/** Largest difference between gradient and central differences over some weights, relative to the largest gradient. */
function gradientError(): number {
  const random = createRandom('probe')
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal())
  return tf.tidy(() => {
    const x = tf.tensor(values(6 ** 3 * 2), [1, 6, 6, 6, 2]) as Tensor5D
    const weights = values(27 * 2 * 2)
    const loss = (w: Float32Array) =>
      tf
        .conv3d(x, tf.tensor(w, [3, 3, 3, 2, 2]) as Tensor5D, 1, 'same')
        .square()
        .mean()
    const gradient = tf
      .grad((w) =>
        tf
          .conv3d(x, w as Tensor5D, 1, 'same')
          .square()
          .mean(),
      )(tf.tensor(weights, [3, 3, 3, 2, 2]))
      .dataSync() as Float32Array
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const step = 1e-2
    return [0, 17, 53, 107].reduce((worst, at) => {
      const moved = (by: number) => loss(weights.map((value, i) => (i === at ? value + by : value))).dataSync()[0]!
      const difference = (moved(step) - moved(-step)) / (2 * step)
      return Math.max(worst, Math.abs(difference - gradient[at]!) / largest)
    }, 0)
  })
}
