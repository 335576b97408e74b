// A process of its own that measures training steps: `node bench/measure-step.ts SETTING`, JSON in, StepTimes out.
// Its own, because TensorFlow reads its threads when it loads, and because peak memory is a process's.
import { createRandom } from '../trainer/imaging/random.ts'
import type { StepSetting, StepTimes } from './step-setting.ts'

const { patch, channels, classes, threads, warmup, steps } = JSON.parse(process.argv[2] ?? '') as StepSetting
process.env['TF_NUM_INTRAOP_THREADS'] = String(threads)
process.env['TF_NUM_INTEROP_THREADS'] = '1'
const { createParameters, forward } = await import('../trainer/network/unet.ts')
const { applyAdamW, createAdamWState } = await import('../trainer/optimiser/adamw.ts')
const { differentiatePatch, supervisedLoss } = await import('../trainer/stages/differentiate.ts')
const { readValues } = await import('../trainer/tensor/read-values.ts')
const { tf } = await import('../trainer/tensor/tensorflow.ts')
type Tensor5D = import('../trainer/tensor/tensorflow.ts').Tensor5D

const strides = channels.map((_, level): [number, number, number] => (level === 0 ? [1, 1, 1] : [2, 2, 2]))
const spec = { inputChannels: 1, channels, strides, convolutions: 2, classes, deepSupervision: false }
const parameters = createParameters(spec, (name) => createRandom(1, name))
const known = Array.from({ length: classes }, (_, c) => c)
const adam = createAdamWState(parameters)
const model = { index: 0, spec, parameters, classes: known, channelOf: known, adam, average: null }
const random = createRandom(1, 'patch')
const voxels = patch[0] * patch[1] * patch[2]
const image = Float32Array.from({ length: voxels }, () => random.normal())
const codes = Int32Array.from({ length: voxels }, () => random.integer(classes))
const example = { image, codes, sets: known.map((c) => [c]), caseId: 'random' }

/** A sum is read, so that everything before it has really been computed. */
function runForward(): void {
  readValues(() => forward(spec, parameters, tf.tensor(image, [1, ...patch, 1]) as Tensor5D).logits[0]!.sum())
}

const times = { forwardMs: [] as number[], forwardBackwardMs: [] as number[], updateMs: [] as number[] }
for (let step = 0; step < warmup + steps; step++) {
  const start = performance.now()
  runForward()
  const afterForward = performance.now()
  const outcome = differentiatePatch(model, example, patch, (output) => [
    { name: 'loss.supervised', weight: 1, value: supervisedLoss(model, output, example, patch, 0.5) },
  ])
  const afterBackward = performance.now()
  if (outcome === null) throw new Error('the loss says nothing')
  applyAdamW(parameters, outcome.gradients, adam, 1e-3, { weightDecay: 1e-4, gradientClip: 5 })
  // Kernels run when they are called; reading a moment waits for whatever is still on its way.
  readValues(() => adam.first.get('head.0.bias')!.sum())
  if (step < warmup) continue
  times.forwardMs.push(afterForward - start)
  times.forwardBackwardMs.push(afterBackward - afterForward)
  times.updateMs.push(performance.now() - afterBackward)
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
const result: StepTimes = {
  parameters: [...parameters.values()].reduce((sum, { size }) => sum + size, 0),
  forwardMs: median(times.forwardMs),
  forwardBackwardMs: median(times.forwardBackwardMs),
  updateMs: median(times.updateMs),
  peakMb: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(result))
