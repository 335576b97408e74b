// A process of its own that segments a CT: `node bench/measure-inference.ts SETTING VOXELS [CODES]`, InferenceTimes out; the
// label map goes to the file CODES, to compare what two versions predict.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Geometry } from '../contract/geometry.ts'
import { createRandom } from '../trainer/imaging/random.ts'
import type { InferenceSetting, InferenceTimes } from './inference-setting.ts'

const [setting, voxelFile, codeFile] = process.argv.slice(2) as [string, string, string | undefined]
const { shape, spacingMm, plannedMm, patch, channels, classes, overlap, threads } = JSON.parse(
  setting,
) as InferenceSetting
process.env['TF_NUM_INTRAOP_THREADS'] = String(threads)
process.env['TF_NUM_INTEROP_THREADS'] = '1'
const { createParameters } = await import('../trainer/network/unet.ts')
const { tf } = await import('../trainer/tensor/tensorflow.ts')
const { windowStarts } = await import('../trainer/inference/sliding-window.ts')
const { predictCase } = await import('../trainer/inference/predict-case.ts')
const { preprocessImage } = await import('../trainer/preprocessing/preprocess-image.ts')
const { restoreToOriginal } = await import('../trainer/preprocessing/restore-to-original.ts')
type Plan = import('../contract/plan.ts').Plan

const strides = channels.map((_, level): [number, number, number] => (level === 0 ? [1, 1, 1] : [2, 2, 2]))
const spec = { inputChannels: 1, channels, strides, convolutions: 2, classes, deepSupervision: false }
const parameters = createParameters(spec, (name) => createRandom(1, name))
// Mostly background with regions of organs in it, as a trained network answers; what it answers costs MONAI nothing.
const bias = parameters.get('head.0.bias')!
bias.assign(tf.tensor1d(Array.from({ length: classes }, (_, c) => (c === 0 ? 2.5 : 0))))
const model = { index: 0, spec, parameters, classes: Array.from({ length: classes }, (_, c) => c) }
const normalisations: Plan['normalisations'] = [{ kind: 'ct', low: -200, high: 300, centre: 40, knee: 80 }]
const plan: Plan = {
  spacingMm: plannedMm,
  patch,
  channels,
  strides,
  normalisations,
  cropToBody: true,
  medianShape: shape,
  reasons: [],
}
const bytes = readFileSync(voxelFile)
const data = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
const geometry: Geometry = { shape, spacingMm, origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
const times: number[] = [performance.now()]
const lap = <T>(value: T): T => {
  times.push(performance.now())
  return value
}
const image = lap(preprocessImage([{ data, geometry }], plan))
const probabilities = lap(predictCase(model, image, plan, overlap))
const codes = lap(restoreToOriginal(probabilities, image, plan))
if (codeFile !== undefined) writeFileSync(codeFile, codes.data)
const windows = image.shape.reduce(
  (count, size, axis) => count * windowStarts(size, plan.patch[axis]!, overlap).length,
  1,
)
const result: InferenceTimes = {
  windows,
  preprocessMs: times[1]! - times[0]!,
  networkMs: times[2]! - times[1]!,
  restoreMs: times[3]! - times[2]!,
  peakMb: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(result))
