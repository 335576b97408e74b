// What `npm run bench` can measure. Each bench gives rows; none judges them.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { benchInference } from './inference.ts'
import { metricValue, registerPhantoms, trainShortRun } from './phantom-runs.ts'
import { benchLargeDataset } from './large-dataset.ts'
import { benchPreprocessing } from './preprocess.ts'
import { benchManyRegistrations, benchRegistration } from './registration.ts'
import { benchRuns } from './runs.ts'
import { benchStart } from './start.ts'
import { stepSetting, type MutualTimes, type StepTimes } from './step-setting.ts'
import { benchViewer } from './viewer.ts'

export type Row = { bench: string; measure: string; value: number; unit: string }
export type BenchOptions = { python: string | undefined; rounds: number }
export type Bench = (options: BenchOptions) => Row[] | Promise<Row[]>

const setting = JSON.stringify(stepSetting)
const runChild = <T>(program: string, script: string, ofChild: string): T => {
  const args = [join(import.meta.dirname, script), ofChild]
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as T
}
const runOurs = (): StepTimes => runChild(process.execPath, 'measure-step.ts', setting)

/** PyTorch as it comes, and in the two ways that may make it faster. */
const torchVariants = {
  PyTorch: {},
  'channels last': { channelsLast: true },
  'torch.compile': { compile: true },
}
const runTorch = (python: string, variant: object): StepTimes =>
  runChild(python, 'torch_unet.py', JSON.stringify({ ...stepSetting, ...variant }))

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1]!
const stepMs = ({ forwardBackwardMs, updateMs }: StepTimes): number => forwardBackwardMs + updateMs
const row =
  (bench: string) =>
  (measure: string, value: number, unit: string): Row => ({ bench, measure, value, unit })

/** One patch of 40 x 56 x 40 through a U-Net of 4 levels and 16 channels: forward, backward, AdamW. */
function benchStep({ rounds }: BenchOptions): Row[] {
  const times = Array.from({ length: rounds }, runOurs)
  const step = row('step')
  return [
    step('parameters', times[0]!.parameters, ''),
    step('forward only', median(times.map(({ forwardMs }) => forwardMs)), 'ms'),
    step('forward and backward', median(times.map(({ forwardBackwardMs }) => forwardBackwardMs)), 'ms'),
    step('AdamW', median(times.map(({ updateMs }) => updateMs)), 'ms'),
    step('steps', 1000 / median(times.map(stepMs)), '/s'),
    step('peak memory', median(times.map(({ peakMb }) => peakMb)), 'MB'),
  ]
}

/** Share of the time that a real training waits for its data worker, its start included. */
async function benchData(): Promise<Row[]> {
  const { services, datasets } = await registerPhantoms(2, 6)
  const set = ['network.baseChannels=16', 'plan.maxPatchVoxels=90000', 'stage1.steps=40', 'stage1.validateEvery=40']
  const metrics = await trainShortRun({ services, name: 'data', datasets, stages: '1', set })
  services.close()
  return [row('data')('waiting for data', 100 * metricValue(metrics, 'dataWaitShare'), '%')]
}

/** Peak resident memory of a trainer child over both stages, own and foreign patches in turn as by default. */
async function benchMemory(): Promise<Row[]> {
  const { services, datasets } = await registerPhantoms(6, 3, 0.7)
  const steps = ['stage1.steps=10', 'stage2.steps=10', 'stage1.validateEvery=5', 'stage2.validateEvery=5']
  const set = [...steps, 'validation.maxCases=1', 'plan.patch=32,32,32', 'network.baseChannels=16']
  const rows: Row[] = []
  for (const count of [2, 3, 4, 6]) {
    const metrics = await trainShortRun({
      services,
      name: `memory-${count}`,
      datasets: datasets.slice(0, count),
      stages: '1,2',
      set,
    })
    const peakMb = metricValue(metrics, 'peakMemoryMb')
    rows.push(row('memory')(`peak, ${count} datasets`, peakMb, 'MB'))
    rows.push(row('memory')(`peak, ${count} datasets, a model`, peakMb / count, 'MB'))
  }
  services.close()
  return rows
}

/** Whole steps of both stages with all terms, against bare passes over the same patches and AdamW: in one process, in turns. */
function benchMutual(): Row[] {
  const { stages } = runChild<MutualTimes>(process.execPath, 'measure-mutual.ts', setting)
  return stages.flatMap(({ ratios, wholeMs, bareMs }, i) => [
    row('mutual')(`stage ${i + 1}, step of a model`, median(wholeMs), 'ms'),
    row('mutual')(`stage ${i + 1}, bare passes`, median(bareMs), 'ms'),
    row('mutual')(`stage ${i + 1}, step / bare passes`, median(ratios), ''),
  ])
}

/** The same network's step here and in PyTorch, in turns, so that a busy machine hurts both alike. */
function benchTorch({ python, rounds }: BenchOptions): Row[] {
  if (python === undefined) return []
  const torch = row('torch')
  return Object.entries(torchVariants).flatMap(([name, variant]) => {
    const pairs = Array.from({ length: rounds }, () => ({ ours: runOurs(), torch: runTorch(python, variant) }))
    const ratios = (what: string, of: (times: StepTimes) => number): Row[] => {
      const values = sorted(pairs.map((pair) => of(pair.ours) / of(pair.torch)))
      return [
        torch(`${what}, ours`, median(pairs.map((pair) => of(pair.ours))), 'ms'),
        torch(`${what}, ${name}`, median(pairs.map((pair) => of(pair.torch))), 'ms'),
        torch(`${what}, ours / ${name}: least`, values[0]!, ''),
        torch(`${what}, ours / ${name}: median`, median(values), ''),
        torch(`${what}, ours / ${name}: most`, values.at(-1)!, ''),
      ]
    }
    const parameters = torch(`parameters, ${name}`, pairs[0]!.torch.parameters, '')
    return [parameters, ...ratios('forward', ({ forwardMs }) => forwardMs), ...ratios('step', stepMs)]
  })
}

export const benches: Readonly<Record<string, Bench>> = {
  step: benchStep,
  data: benchData,
  preprocess: benchPreprocessing,
  inference: benchInference,
  mutual: benchMutual,
  memory: benchMemory,
  large: benchLargeDataset,
  register: benchRegistration,
  'register-many': benchManyRegistrations,
  runs: benchRuns,
  start: benchStart,
  torch: benchTorch,
  viewer: benchViewer,
}
