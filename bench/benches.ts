// What `npm run bench` can measure. Each bench gives rows; none judges them.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { preprocessCase } from '../trainer/preprocessing/preprocess-case.ts'
import { derivePlan } from '../trainer/imaging/planning/derive-plan.ts'
import { createShortRun, metricValue, registerPhantoms, trainShortRun } from './phantom-runs.ts'
import { benchRuns } from './runs.ts'
import { benchStart } from './start.ts'
import { stepSetting, type StepTimes } from './step-setting.ts'
import { benchViewer } from './viewer.ts'

export type Row = { bench: string; measure: string; value: number; unit: string }
export type BenchOptions = { python: string | undefined; rounds: number }
export type Bench = (options: BenchOptions) => Row[] | Promise<Row[]>

const setting = JSON.stringify(stepSetting)
const runChild = (program: string, ...args: string[]): StepTimes =>
  JSON.parse(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as StepTimes
const runOurs = (): StepTimes => runChild(process.execPath, join(import.meta.dirname, 'measure-step.ts'), setting)
const runTorch = (python: string): StepTimes => runChild(python, join(import.meta.dirname, 'torch_unet.py'), setting)

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

/** Phantom cases, read, resampled, normalised and stored, in this process alone. */
async function benchPreprocessing(): Promise<Row[]> {
  const { services, datasets } = await registerPhantoms(3, 6)
  const job = createShortRun({ services, name: 'preprocess', datasets, stages: '1', set: [] })
  const plan = derivePlan(job.datasets, job.config)
  const cases = job.datasets.flatMap((dataset) => dataset.cases.map((entry) => ({ dataset, entry })))
  const started = performance.now()
  for (const { dataset, entry } of cases) {
    await preprocessCase(dataset, entry, plan, join(services.workspace.cache, 'bench', dataset.name, entry.id))
  }
  const minutes = (performance.now() - started) / 60_000
  services.close()
  return [row('preprocess')('cases', cases.length / minutes, '/min')]
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

/** The same network's step here and in PyTorch, in turns, so that a busy machine hurts both alike. */
function benchTorch({ python, rounds }: BenchOptions): Row[] {
  if (python === undefined) return []
  const pairs = Array.from({ length: rounds }, () => ({ ours: runOurs(), torch: runTorch(python) }))
  const torch = row('torch')
  const ratios = (name: string, of: (times: StepTimes) => number): Row[] => {
    const values = sorted(pairs.map((pair) => of(pair.ours) / of(pair.torch)))
    return [
      torch(`${name}, ours`, median(pairs.map((pair) => of(pair.ours))), 'ms'),
      torch(`${name}, PyTorch`, median(pairs.map((pair) => of(pair.torch))), 'ms'),
      torch(`${name}, ours / PyTorch: least`, values[0]!, ''),
      torch(`${name}, ours / PyTorch: median`, median(values), ''),
      torch(`${name}, ours / PyTorch: most`, values.at(-1)!, ''),
    ]
  }
  return [
    torch('parameters, ours', pairs[0]!.ours.parameters, ''),
    torch('parameters, PyTorch', pairs[0]!.torch.parameters, ''),
    ...ratios('forward', ({ forwardMs }) => forwardMs),
    ...ratios('step', stepMs),
  ]
}

export const benches: Readonly<Record<string, Bench>> = {
  step: benchStep,
  data: benchData,
  preprocess: benchPreprocessing,
  memory: benchMemory,
  runs: benchRuns,
  start: benchStart,
  torch: benchTorch,
  viewer: benchViewer,
}
