// The training loop that both stages share: draw patches, learn, update, validate, save; resumable after every step.
import type { Plan } from '../../contract/plan.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import {
  modelWeightsPath,
  loadStage,
  saveModel,
  saveStage,
  stageCheckpointPath,
  type StageState,
} from '../checkpoint/checkpoint.ts'
import { openPatchStream, type PatchStream } from '../data/patch-stream.ts'
import type { PatchRequest, PatchSetup } from '../data/patch.ts'
import { obeyControl, Interruption, type Journal } from '../jobs/journal.ts'
import type { Progress } from '../jobs/progress.ts'
import type { Study } from '../labels/study.ts'
import { applyAdamW, scheduledRate } from '../optimiser/adamw.ts'
import { followWeights } from '../optimiser/average-weights.ts'
import type { Tensor } from '../tensor/tensorflow.ts'
import { meetsAfter, moveToMean } from './consensus.ts'
import { addGradients } from './differentiate.ts'
import type { Objective } from './objective.ts'
import { phaseOf, stageSettings, type StageBasics } from '../../contract/planned-stages.ts'
import { stageSchedule, updateRequests } from './schedule.ts'
import { cutSlice, writeSlice, type PreviewedCase } from './slice-preview.ts'
import { averagedModel, type StageModel } from './stage-model.ts'
import { createStageMetrics, type StageMetrics } from './stage-metrics.ts'
import { meanAccuracy, validateModels, type ValidationCase } from './validate.ts'

export interface StageSetup {
  readonly stage: StageNumber
  readonly folder: string
  readonly study: Study
  readonly plan: Plan
  readonly config: RunConfig
  readonly patches: PatchSetup
  readonly validation: readonly ValidationCase[]
  readonly journal: Journal
  readonly progress: Progress
}

/** @throws Interruption after saving, when asked to pause or stop; OrganMosaicError job-failed when the loss diverges */
export async function trainStage(
  setup: StageSetup,
  models: readonly StageModel[],
  objective: Objective,
): Promise<void> {
  const { stage, folder, study, config, journal, progress } = setup
  const settings = stageSettings(config, stage)
  const path = stageCheckpointPath(folder, stage)
  const saved = await loadStage(path, models)
  if (saved) objective.restore(saved.memory, saved.state.objective)
  let state: StageState = saved?.state ?? {
    step: 0,
    complete: false,
    best: models.map(() => -1),
    stale: 0,
    objective: {},
  }
  const schedule = {
    seed: config.seed,
    stage,
    datasets: study.datasets.length,
    steps: settings.steps,
    batch: config.optimiser.batch,
    foreignShare: foreignShare(config, stage),
  }
  const metrics = createStageMetrics(stage, study, journal)
  const stream = openPatchStream(setup.patches, stageSchedule(schedule, state.step), config.runtime.prefetch)
  let lastSave = Date.now()
  const save = async () => {
    const { arrays, state: remembered } = objective.save()
    await saveStage(path, models, arrays, { ...state, objective: remembered })
    journal.append({
      type: 'checkpoint',
      stage,
      step: state.step,
      kind: state.complete ? 'final' : 'last',
      model: null,
      path,
      score: null,
    })
    lastSave = Date.now()
  }
  const phase = phaseOf(stage)
  progress.begin(phase, state.step)
  try {
    while (!state.complete) {
      for (let turn = 0; turn < schedule.datasets; turn++) {
        const requests = updateRequests(schedule, state.step, turn)
        await learn(models[turn % models.length]!, requests, stream, objective, metrics, state.step, setup)
      }
      state = { ...state, step: state.step + 1 }
      const consensus = stage === 0 ? null : config[`stage${stage}`].consensus
      if (consensus && meetsAfter(consensus, state.step, settings.steps)) moveToMean(models, consensus.share)
      progress.advance(state.step, metrics.line(state.step, settings.steps))
      metrics.maybeWrite(state.step, stream.waitedMs, objective.takeCounters)
      if (state.step % settings.validateEvery === 0 || state.step === settings.steps)
        state = await validate(setup, models, objective, state, metrics)
      const patience = settings.earlyStopPatience
      const complete = state.step >= settings.steps || (patience > 0 && state.stale >= patience)
      state = { ...state, complete }
      if (complete || Date.now() - lastSave >= config.checkpoint.everySeconds * 1000) await save()
      if (!complete) await obeyOrSave(folder, save)
    }
  } finally {
    await stream.close()
  }
}

async function obeyOrSave(folder: string, save: () => Promise<void>): Promise<void> {
  try {
    obeyControl(folder)
  } catch (error) {
    if (error instanceof Interruption) await save()
    throw error
  }
}

/** One update of one model: its patches one after the other, gradients added up, so memory never grows. */
async function learn(
  model: StageModel,
  requests: readonly PatchRequest[],
  stream: PatchStream,
  objective: Objective,
  metrics: StageMetrics,
  step: number,
  { stage, config }: StageSetup,
): Promise<void> {
  const settings = stageSettings(config, stage)
  const { steps } = settings
  let gradients: Map<string, Tensor> | null = null
  for (const { dataset, own } of requests) {
    const patch = await stream.next()
    const outcome = objective.learn(
      model,
      { patch, dataset, own },
      { step, steps, balance: classBalance(settings, step) },
    )
    if (outcome === null) continue
    metrics.add(model.index, outcome.values, outcome.dice)
    gradients = addGradients(gradients, outcome.gradients)
  }
  if (gradients === null) return
  const { learningRate, warmup, polyPower } = config.optimiser
  const [highest, final] = [settings.learningRate, settings.finalLearningRate].map((share) => share * learningRate)
  const rate = scheduledRate(step, steps, { highest: highest!, final: final!, warmup, polyPower })
  const norm = applyAdamW(model.parameters, gradients, model.adam, rate, config.optimiser)
  if (model.average) followWeights(model.average, model.parameters, model.adam.updates)
  metrics.add(model.index, { gradientNorm: norm }, [])
}

/** Scores all models, keeps the weights of those that became better, tells the objective. */
async function validate(
  setup: StageSetup,
  models: readonly StageModel[],
  objective: Objective,
  state: StageState,
  metrics: StageMetrics,
): Promise<StageState> {
  const { stage, folder, study, plan, config, journal } = setup
  const usesCase = (model: { index: number }, validation: ValidationCase) =>
    stage !== 1 || validation.dataset === model.index
  const averaged = models.map(averagedModel)
  const table = await validateModels(
    averaged,
    setup.validation,
    usesCase,
    study,
    plan,
    config.inference.trainingOverlap,
    previewFirstCases(setup, state.step),
  )
  objective.onValidation(table)
  metrics.writeValidation(state.step, table)
  const best = [...state.best]
  for (const model of averaged) {
    const score = meanAccuracy(table, model.index)
    if (score < best[model.index]!) continue
    best[model.index] = score
    const path = modelWeightsPath(folder, stage, model.index)
    await saveModel(path, model, { step: String(state.step), score: String(score) })
    journal.append({ type: 'checkpoint', stage, step: state.step, kind: 'best', model: model.index + 1, path, score })
  }
  const improved = best.some((score, i) => score > state.best[i]!)
  return { ...state, best, stale: improved ? 0 : state.stale + 1 }
}

/** A slice of the first validation case of each dataset. */
function previewFirstCases({ stage, folder, study, validation }: StageSetup, step: number) {
  return async (entry: ValidationCase, previewed: PreviewedCase): Promise<void> => {
    if (validation.find(({ dataset }) => dataset === entry.dataset) !== entry) return
    const dataset = study.datasets[entry.dataset]!.name
    await writeSlice(folder, entry.dataset + 1, cutSlice(previewed, { stage, step, dataset }))
  }
}

/** Falls linearly: small organs start to learn before background silences them, and end as large as they are. */
export function classBalance(settings: StageBasics, step: number): number {
  const until = settings.balanceUntil * settings.steps
  return until <= 0 ? 0 : settings.classBalance * Math.max(0, 1 - step / until)
}

/** No other datasets' patches are drawn when no mutual term needs them. */
export function foreignShare(config: RunConfig, stage: StageNumber): number {
  if (stage === 0) return 0
  const terms =
    stage === 1
      ? [config.stage1.predictionDifference, config.stage1.featureDifference]
      : [config.stage2.predictionSimilarity]
  const needed = terms.some((term) => term.enabled && term.weight > 0)
  return needed ? config[`stage${stage}`].foreignShare : 0
}
