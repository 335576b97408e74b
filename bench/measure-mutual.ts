// A process of its own that measures what mutual learning costs: `node bench/measure-mutual.ts SETTING`, MutualTimes out.
// Whole optimiser steps of both stages, all terms on, in turns with bare passes over the same patches: forward, the
// cheapest loss there is, backward, gradients added up, AdamW. In turns, so that a busy machine hurts both alike.
import { join } from 'node:path'
import type { MutualTimes, StepSetting } from './step-setting.ts'

const { patch, channels, threads, warmup, steps } = JSON.parse(process.argv[2] ?? '') as StepSetting
process.env['TF_NUM_INTRAOP_THREADS'] = String(threads)
process.env['TF_NUM_INTEROP_THREADS'] = '1'
const { createShortRun, registerPhantoms } = await import('./phantom-runs.ts')
const { derivePlan } = await import('../trainer/imaging/planning/derive-plan.ts')
const { describeStudy } = await import('../trainer/labels/study.ts')
const { PatchSource } = await import('../trainer/data/patch-source.ts')
const { preprocessCase } = await import('../trainer/preprocessing/preprocess-case.ts')
const { createObjective } = await import('../trainer/stages/create-objective.ts')
const { addGradients, differentiatePatch } = await import('../trainer/stages/differentiate.ts')
const { accuracyKey } = await import('../trainer/stages/objective.ts')
const { updateRequests } = await import('../trainer/stages/schedule.ts')
const { createStageModels } = await import('../trainer/stages/stage-model.ts')
const { applyAdamW } = await import('../trainer/optimiser/adamw.ts')
const { readValues } = await import('../trainer/tensor/read-values.ts')
type StageModel = import('../trainer/stages/stage-model.ts').StageModel
type StepPatch = import('../trainer/stages/objective.ts').StepPatch
type Patch = import('../trainer/data/patch.ts').Patch
type PatchGradients = import('../trainer/stages/differentiate.ts').PatchGradients
type Scalar = import('../trainer/tensor/tensorflow.ts').Scalar

const { services, datasets } = await registerPhantoms(3, 3, 0.7)
const set = [
  `network.baseChannels=${channels[0]}`,
  `network.levels=${channels.length}`,
  `plan.patch=${patch.join(',')}`,
]
const job = createShortRun({ services, name: 'mutual', datasets, stages: '1,2', set })
const study = describeStudy(job)
const plan = derivePlan(job.datasets, job.config)
const cases = await Promise.all(
  job.datasets.map((dataset, index) =>
    Promise.all(
      dataset.cases.map(async (entry) => {
        const folder = join(services.workspace.cache, 'bench', dataset.name, entry.id)
        await preprocessCase(dataset, entry, plan, folder)
        const classes = study.ownClasses[index]!
        const known = { trueClasses: classes, allClasses: classes, rejectedClasses: [] }
        return { caseId: entry.id, folder, pseudoFolder: null, ...known }
      }),
    ),
  ),
)
services.close()
const { seed, augmentation, sampling, optimiser } = job.config
const patches = new PatchSource({
  seed,
  shape: plan.patch,
  spacingMm: plan.spacingMm,
  augmentation,
  foreground: sampling.foreground,
  cacheMb: 1000,
  job,
  cases,
})

function update(model: StageModel, outcomes: readonly (PatchGradients | null)[]): void {
  let gradients: Parameters<typeof addGradients>[0] = null
  for (const outcome of outcomes) if (outcome) gradients = addGradients(gradients, outcome.gradients)
  if (gradients) applyAdamW(model.parameters, gradients, model.adam, 1e-4, optimiser)
  // Reading a moment waits for whatever is still on its way.
  readValues(() => model.adam.first.get('encoder.0.0.scale')!.sum())
}

const bare = (model: StageModel, one: Patch): PatchGradients | null =>
  differentiatePatch(model, one, plan.patch, ({ logits }) => [
    { name: 'loss.bare', weight: 1, value: logits[0]!.mean() as Scalar },
  ])

const timed = (work: () => void): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

async function measureStage(stage: 1 | 2): Promise<{ ratios: number[]; wholeMs: number[]; bareMs: number[] }> {
  const models = createStageModels(study, stage, plan, job.config)
  const objective = createObjective(study, stage, plan.patch, job.config, models)
  // Every organ has a teacher: the later model is the better one.
  const organs = Array.from({ length: study.classCount - 1 }, (_, i) => i + 1)
  objective.onValidation(
    new Map(models.flatMap(({ index }) => organs.map((c) => [accuracyKey(index, c), index / 10] as const))),
  )
  const schedule = { seed, stage, datasets: datasets.length, steps: 1000, batch: 2, foreignShare: 0.5 }
  const times = { ratios: [] as number[], wholeMs: [] as number[], bareMs: [] as number[] }
  for (let step = 0; step < warmup + steps; step++) {
    let [wholeMs, bareMs] = [0, 0]
    for (const model of models) {
      const drawn: StepPatch[] = []
      for (const request of updateRequests(schedule, step, model.index)) {
        drawn.push({ patch: await patches.draw(request), dataset: request.dataset, own: request.own })
      }
      // After the ramp: every weight is what it will be.
      const at = { step: 900, steps: 1000, balance: 0.5 }
      const whole = () =>
        update(
          model,
          drawn.map((one) => objective.learn(model, one, at)),
        )
      const passes = () =>
        update(
          model,
          drawn.map((one) => bare(model, one.patch)),
        )
      if (step % 2 === 0) bareMs += timed(passes)
      wholeMs += timed(whole)
      if (step % 2 === 1) bareMs += timed(passes)
    }
    if (step < warmup) continue
    times.ratios.push(wholeMs / bareMs)
    times.wholeMs.push(wholeMs / models.length)
    times.bareMs.push(bareMs / models.length)
  }
  return times
}

const result: MutualTimes = { organs: study.classCount - 1, stages: [await measureStage(1), await measureStage(2)] }
console.log(JSON.stringify(result))
