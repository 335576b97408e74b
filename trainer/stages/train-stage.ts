// The training loop that both stages share: draw patches, learn, update, validate, save; resumable after every step.
import type { Plan } from '../../contract/plan.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import {
  modelWeightsPath,
  loadStage,
  saveModel,
  stageCheckpointPath,
  type StageState,
} from '../checkpoint/checkpoint.ts'
import { openPatchStream, type PatchStream } from '../data/patch-stream.ts'
import type { PatchRequest, PatchSetup } from '../data/patch.ts'
import { Interruption, readControl, type Journal } from '../jobs/journal.ts'
import type { Progress } from '../jobs/progress.ts'
import type { Study } from '../labels/study.ts'
import { exchangeStep, exchangeValidation, saveTogether, shareMetrics, type Preview } from '../spread/exchange.ts'
import { alone, type Peers } from '../spread/peers.ts'
import { applyAdamW, scheduledRate } from '../optimiser/adamw.ts'
import { followWeights } from '../optimiser/average-weights.ts'
import type { Tensor } from '../tensor/tensorflow.ts'
import { classBalance } from './class-balance.ts'
import { addGradients } from './differentiate.ts'
import type { Objective } from './objective.ts'
import { phaseOf, stageSettings } from '../../contract/planned-stages.ts'
import { stageSchedule, updateRequests, type ScheduleSetup } from './schedule.ts'
import { cutSlice, writeSlice } from './slice-preview.ts'
import { averagedModel, modelIndices, type StageModel } from './stage-model.ts'
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
  /** The step after which it stops, saved, be the stage over or not. */
  readonly until: number
}

/** @throws Interruption after saving, when asked to pause or stop; OrganMosaicError job-failed when the loss diverges */
export async function trainStage(
  setup: StageSetup,
  models: readonly StageModel[],
  objective: Objective,
  peers: Peers = alone,
): Promise<void> {
  const { stage, folder, study, config, journal, progress } = setup
  const settings = stageSettings(config, stage)
  const path = stageCheckpointPath(folder, stage)
  const saved = await loadStage(path, models)
  if (saved) objective.restore(saved.memory, saved.state.objective)
  let state: StageState = saved?.state ?? {
    step: 0,
    complete: false,
    best: modelIndices(study, stage).map(() => -1),
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
  const metrics = shareMetrics(createStageMetrics(stage, study, journal))
  const until = Math.min(setup.until, settings.steps)
  const requests = ownRequests({ ...schedule, steps: until }, state.step, models)
  const stream = openPatchStream(setup.patches, requests, config.runtime.prefetch)
  // Not the time of day: set back by a day, it would leave a day without a checkpoint.
  let lastSave = performance.now()
  const save = async () => {
    const { arrays, state: remembered } = objective.save()
    await saveTogether(peers, path, models, arrays, { ...state, objective: remembered })
    journal.append({
      type: 'checkpoint',
      stage,
      step: state.step,
      kind: state.complete ? 'final' : 'last',
      model: null,
      path,
      score: null,
    })
    lastSave = performance.now()
  }
  const phase = phaseOf(stage)
  progress.begin(phase, state.step)
  try {
    while (!state.complete && state.step < until) {
      for (let turn = 0; turn < schedule.datasets; turn++) {
        const requests = updateRequests(schedule, state.step, turn)
        const model = models.find(({ index }) => index === requests[0]!.model)
        if (model) await learn(model, requests, stream, objective, metrics, state.step, setup)
      }
      await exchangeStep(peers, objective, metrics)
      state = { ...state, step: state.step + 1 }
      progress.advance(state.step, metrics.line(state.step, settings.steps))
      metrics.maybeWrite(state.step, stream.waitedMs, objective.takeCounters)
      if (state.step % settings.validateEvery === 0 || state.step === settings.steps)
        state = await validate(setup, models, objective, state, metrics, peers)
      const patience = settings.earlyStopPatience
      const complete = state.step >= settings.steps || (patience > 0 && state.stale >= patience)
      state = { ...state, complete }
      const ends = complete || state.step === until
      // Whoever goes on from here asks for the averaged weights of exactly this step.
      if (ends) models.forEach(averagedModel)
      const isDue = ends || performance.now() - lastSave >= config.checkpoint.everySeconds * 1000
      // The leading process's clock and control.json count for all.
      const [lead] = await peers.gather({ isDue, request: complete ? 'run' : readControl(folder) })
      if (lead!.isDue || lead!.request !== 'run') await save()
      if (lead!.request !== 'run') throw new Interruption(lead!.request)
    }
  } finally {
    await stream.close()
  }
}

/** The patches of the models of this process. */
function* ownRequests(
  schedule: ScheduleSetup,
  fromStep: number,
  models: readonly StageModel[],
): Generator<PatchRequest> {
  const own = new Set(models.map(({ index }) => index))
  for (const request of stageSchedule(schedule, fromStep)) if (own.has(request.model)) yield request
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
  peers: Peers,
): Promise<StageState> {
  const { stage, folder, study, plan, config, journal } = setup
  const usesCase = (model: { index: number }, validation: ValidationCase) =>
    stage !== 1 || validation.dataset === model.index
  const averaged = models.map(averagedModel)
  const previews: Preview[] = []
  const own = await validateModels(
    averaged,
    setup.validation,
    usesCase,
    study,
    plan,
    config.inference.trainingOverlap,
    (validation, previewed) => void (isFirstCase(setup, validation) && previews.push({ validation, previewed })),
  )
  const { table, previews: whole } = await exchangeValidation(peers, own, previews)
  if (peers.rank === 0) await writePreviews(setup, state.step, whole)
  objective.onValidation(table)
  metrics.writeValidation(state.step, table)
  const best = [...state.best]
  const better = modelIndices(study, stage).filter((index) => meanAccuracy(table, index) >= best[index]!)
  for (const index of better) {
    const score = (best[index] = meanAccuracy(table, index))
    const model = averaged.find((each) => each.index === index)
    if (!model) continue
    await saveModel(modelWeightsPath(folder, stage, index), model, { step: String(state.step), score: String(score) })
  }
  // What the journal tells of is on disk, whichever process wrote it.
  await peers.gather(null)
  for (const index of better) {
    const [path, score] = [modelWeightsPath(folder, stage, index), best[index]!]
    journal.append({ type: 'checkpoint', stage, step: state.step, kind: 'best', model: index + 1, path, score })
  }
  const improved = best.some((score, i) => score > state.best[i]!)
  return { ...state, best, stale: improved ? 0 : state.stale + 1 }
}

const isFirstCase = ({ validation }: StageSetup, entry: ValidationCase): boolean =>
  validation.find(({ dataset }) => dataset === entry.dataset) === entry

/** A slice of the first validation case of each dataset. */
async function writePreviews({ stage, folder, study }: StageSetup, step: number, previews: Preview[]): Promise<void> {
  for (const { validation, previewed } of previews) {
    const dataset = study.datasets[validation.dataset]!.name
    await writeSlice(folder, validation.dataset + 1, cutSlice(previewed, { stage, step, dataset }))
  }
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
