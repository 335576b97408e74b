// The pre-flight of a training: its real plan, a few of its cases, a few real steps of each stage, timed.
// Nothing of it is kept but the numbers and the preprocessed cases, which the training then finds ready.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreflightJob, TrainJob } from '../../contract/job.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { PreflightReport } from '../../contract/preflight.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { derivePlan } from '../imaging/planning/derive-plan.ts'
import { describeStudy } from '../labels/study.ts'
import { createObjective } from '../stages/create-objective.ts'
import { distils, folderOfStage, plannedStages, phaseOf, stageSettings } from '../../contract/planned-stages.ts'
import { createStageModels, disposeModels } from '../stages/stage-model.ts'
import { trainStage } from '../stages/train-stage.ts'
import { deviceMemory, usedDevice } from '../tensor/used-device.ts'
import type { Journal } from './journal.ts'
import { estimateSeconds } from './estimate-seconds.ts'
import { prepareCases } from './prepare-cases.ts'
import { createProgress, type Progress } from './progress.ts'
import { splitCases } from './split-cases.ts'
import { stageSetup, trainingEntries, type TrainContext } from './train-context.ts'
import { loadStageModels } from './trained-run.ts'
import { readSettledPlan } from './settled-plan.ts'

/** The first steps build what the others reuse: own and foreign patches take turns. */
const WARM_UP = 2
const MEASURED = 4
const TRAINING_CASES = 2

interface StageTimes {
  readonly stage: StageNumber
  readonly secondsPerStep: number
  readonly secondsPerPrediction: number
}

/** @throws Interruption, OrganMosaicError */
export async function runPreflightJob(folder: string, job: PreflightJob, journal: Journal): Promise<void> {
  const { freeMb, usedMb } = deviceMemory()
  const device = usedDevice()
  // What others have on a card is none of the training's; the trainer's own resident memory counts from nothing.
  const takenMb = (): number => deviceMemory().usedMb - (device.type === 'GPU' ? usedMb : 0)
  const plan = (await readSettledPlan(job.stage1From)) ?? derivePlan(job.datasets, job.config)
  const small = withFewCases(job)
  const stages = plannedStages(job.stages)
  const steps = WARM_UP + MEASURED
  const phases = stages.map((stage) => ({ phase: phaseOf(stage), units: steps, guessSeconds: 5 }))
  const cases = small.datasets.reduce((sum, { cases }) => sum + cases.length, 0)
  const progress = createProgress(journal, [{ phase: 'preprocess', units: cases, guessSeconds: 1 }, ...phases])
  const started = performance.now()
  const prepared = await prepareCases(small, plan, journal, progress, () => {})
  const secondsPerCase = secondsSince(started) / cases
  const baseMb = takenMb()
  const study = describeStudy(small)
  const times: StageTimes[] = []
  for (const stage of stages) {
    times.push(await measureStage({ folder, job: small, plan, study, prepared, journal, progress }, stage))
  }
  const report: PreflightReport = {
    device,
    patch: plan.patch,
    patchVoxels: plan.patch[0] * plan.patch[1] * plan.patch[2],
    stages: times.map(({ stage, secondsPerStep }) => ({
      stage,
      secondsPerStep,
      steps: stageSettings(job.config, stage).steps,
    })),
    secondsPerPrediction: times.at(-1)?.secondsPerPrediction ?? 0,
    secondsPerCase,
    secondsToFinish: estimateSeconds(job, times, secondsPerCase),
    baseMb,
    peakMb: takenMb(),
    freeMb,
  }
  await mkdir(join(folder, 'report'), { recursive: true })
  await writeFileAtomically(join(folder, 'report', 'preflight.json'), JSON.stringify(report, null, 2))
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000

/** A validation case and a few training cases of each dataset, and so few steps; all else as it will be. */
function withFewCases(job: PreflightJob): TrainJob {
  const { seed, validation } = job.config
  const stage = { steps: WARM_UP + MEASURED, validateEvery: WARM_UP + MEASURED, earlyStopPatience: 0 }
  return {
    ...job,
    kind: 'train',
    datasets: job.datasets.map((dataset) => {
      const split = splitCases(dataset, seed, validation)
      return { ...dataset, cases: [...split.training.slice(0, TRAINING_CASES), ...split.validation.slice(0, 1)] }
    }),
    config: {
      ...job.config,
      validation: { ...validation, maxCases: 1 },
      shared: { ...job.config.shared, ...stage },
      stage1: { ...job.config.stage1, ...stage },
      stage2: { ...job.config.stage2, ...stage },
      checkpoint: { everySeconds: Number.MAX_SAFE_INTEGER },
    },
  }
}

/** Trains as a run does, and reads the clock whenever a step is done. What follows the last step is one validation. */
async function measureStage(context: TrainContext, stage: StageNumber): Promise<StageTimes> {
  const { folder, job, plan, study, prepared, progress } = context
  const { config } = job
  const stepEnds: number[] = []
  const watched: Progress = {
    ...progress,
    advance(done, message) {
      stepEnds.push(performance.now())
      progress.advance(done, message)
    },
  }
  const models = createStageModels(study, stage, plan, config)
  // Where the shared network is taught, its teachers are the models that were measured just before, or another run's.
  const taught = stage === 0 && distils(job)
  const teachers = taught ? await loadStageModels(folderOfStage(job, folder, 1), study, 1, plan, job) : []
  const lessons = taught ? { models: teachers, temperatures: teachers.map(() => 1) } : null
  const objective = createObjective(study, stage, plan.patch, config, models, lessons)
  const cases = trainingEntries(context, null)
  const setup = stageSetup({ ...context, progress: watched }, stage, cases, WARM_UP + MEASURED)
  await trainStage(setup, models, objective)
  const lastStep = stepEnds.at(-1) ?? performance.now()
  const predictions = stage === 1 ? models.length : models.length * prepared.validation.length
  disposeModels([...models, ...teachers])
  const seconds = stepEnds.slice(1).map((end, i) => (end - stepEnds[i]!) / 1000)
  return {
    stage,
    secondsPerStep: seconds.sort((a, b) => a - b)[seconds.length >> 1]!,
    secondsPerPrediction: secondsSince(lastStep) / predictions,
  }
}
