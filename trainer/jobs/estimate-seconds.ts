// How long a training takes, from how long one step, one prediction and one case took.
import type { PreflightJob, TrainJob } from '../../contract/job.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import { modelCount, plannedStages, stageSettings, storesPseudoLabels } from '../../contract/planned-stages.ts'
import { labelPeriods } from '../pseudo-labels/label-versions.ts'
import { splitCases } from './split-cases.ts'
import { windowsOfInference } from './train-phases.ts'

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
  const planned = plannedStages(stages)
  const calibrates = config.pseudoLabels.calibrate && (planned.includes(1) || planned.includes(2))
  const calibration = calibrates ? validated * prediction : 0
  // Made once before stage 2, and by all its models as often as they are made anew, each time calibrated.
  const versions = labelPeriods(config).length
  const labelled = count(({ training }) => training.length) * versions + (calibrates ? validated * (versions - 1) : 0)
  const labelling = planned.includes(2) && storesPseudoLabels(config) ? labelled * models * prediction : 0
  return preprocessing + trained + calibration + labelling + postProcessingSeconds(job, validated, prediction)
}

/** The last stage's models predict the validation cases once more, with the overlap and the mirroring of inference. */
function postProcessingSeconds(job: TrainJob | PreflightJob, validated: number, prediction: number): number {
  if (job.config.inference.postProcessing === 'off') return 0
  const models = modelCount(plannedStages(job.stages).at(-1)!, job.datasets.length)
  return validated * models * prediction * windowsOfInference(job.config)
}
