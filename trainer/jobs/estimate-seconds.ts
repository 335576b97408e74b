// How long a training takes, from how long one step, one prediction and one case took.
import type { PreflightJob, TrainJob } from '../../contract/job.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import { stageSettings } from '../../contract/planned-stages.ts'
import { splitCases } from './split-cases.ts'

export interface MeasuredStage {
  readonly stage: StageNumber
  readonly secondsPerStep: number
  readonly secondsPerPrediction: number
}

/** @param secondsPerCase preprocessing */
export function estimateSeconds(
  job: TrainJob | PreflightJob,
  measured: readonly MeasuredStage[],
  secondsPerCase: number,
): number {
  const { config, datasets, stages } = job
  const splits = datasets.map((dataset) => splitCases(dataset, config.seed, config.validation))
  const models = datasets.length
  const count = (of: (split: (typeof splits)[number]) => number): number =>
    splits.reduce((sum, split) => sum + of(split), 0)
  const validated = count(({ validation }) => Math.min(validation.length, config.validation.maxCases))
  const prediction = measured.at(-1)?.secondsPerPrediction ?? 0
  const preprocessing = secondsPerCase * count(({ training, validation }) => training.length + validation.length)
  const trained = measured.reduce((sum, { stage, secondsPerStep, secondsPerPrediction }) => {
    const { steps, validateEvery } = stageSettings(config, stage)
    // A POS model is scored on its own dataset's cases, a FOS model and the shared network on all.
    const predictions = Math.ceil(steps / validateEvery) * validated * (stage === 2 ? models : 1)
    return sum + steps * secondsPerStep + predictions * secondsPerPrediction
  }, 0)
  const calibration = config.pseudoLabels.calibrate ? validated * prediction : 0
  const labelling =
    stages.includes('2') && config.stage2.pseudoSupervision
      ? count(({ training }) => training.length) * models * prediction
      : 0
  return preprocessing + trained + calibration + labelling
}
