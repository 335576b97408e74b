// How long each phase of a training job is, and a first guess of what a unit of it costs, for the time left.
import type { TrainJob } from '../../contract/job.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { distils, modelCount, plannedStages } from '../../contract/planned-stages.ts'
import { labelPeriods } from '../pseudo-labels/label-versions.ts'
import type { PhasePlan } from './progress.ts'
import { splitCases } from './split-cases.ts'

/** Seconds, for a patch of about 100,000 voxels and 16 base channels on two cores; real measurements replace them. */
const GUESS = { preprocess: 0.3, learnPatch: 0.3, predictCase: 1.5 }

export function planPhases(job: TrainJob): PhasePlan[] {
  const trained = planTraining(job)
  if (job.config.inference.postProcessing === 'off') return trained
  const models = modelCount(plannedStages(job.stages).at(-1)!, job.datasets.length)
  const guessSeconds = models * GUESS.predictCase * windowsOfInference(job.config)
  return [...trained, { phase: 'post-processing', units: validatedCases(job), guessSeconds }]
}

/** Windows of a prediction beside those of a validation: with another overlap, and perhaps mirrored, too. */
export function windowsOfInference({ inference }: Pick<RunConfig, 'inference'>): number {
  const { overlap, trainingOverlap, mirror } = inference
  return ((1 - trainingOverlap) / (1 - overlap)) ** 3 * (mirror === 'auto' ? 2 : 1)
}

function planTraining(job: TrainJob): PhasePlan[] {
  const models = job.datasets.length
  const cases = job.datasets.reduce((sum, dataset) => sum + dataset.cases.length, 0)
  const { shared, stage1, stage2, stages } = { ...job.config, stages: job.stages }
  const guessSeconds = models * job.config.optimiser.batch * GUESS.learnPatch
  const phases: PhasePlan[] = [{ phase: 'preprocess', units: cases, guessSeconds: GUESS.preprocess }]
  const planned = plannedStages(job.stages)
  const sharedPhase = { phase: 'shared' as const, units: shared.steps, guessSeconds }
  if (planned.includes(0) && !distils(job)) phases.push(sharedPhase)
  if (stages === '0' && !distils(job)) return phases
  if (planned.includes(1)) phases.push({ phase: 'stage1', units: stage1.steps, guessSeconds })
  if (job.config.pseudoLabels.calibrate)
    phases.push({ phase: 'calibrate', units: models, guessSeconds: 5 * GUESS.predictCase })
  // Teachers run on every patch, too, without a backward pass.
  if (distils(job)) phases.push({ ...sharedPhase, guessSeconds: guessSeconds * (1 + (models - 1) / 3) })
  if (planned.includes(2)) {
    phases.push({
      phase: 'pseudo-labels',
      units: trainingCases(job) * labelPeriods(job.config).length,
      guessSeconds: (models - 1) * GUESS.predictCase,
    })
    phases.push({ phase: 'stage2', units: stage2.steps, guessSeconds })
  }
  return phases
}

const validatedCases = ({ datasets, config }: TrainJob): number =>
  datasets.reduce((sum, dataset) => {
    const { validation } = splitCases(dataset, config.seed, config.validation)
    return sum + Math.min(validation.length, config.validation.maxCases)
  }, 0)

const trainingCases = ({ datasets, config }: TrainJob): number =>
  datasets.reduce((sum, dataset) => sum + splitCases(dataset, config.seed, config.validation).training.length, 0)
