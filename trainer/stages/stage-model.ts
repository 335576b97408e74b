// The N models of a stage: one network a dataset, its optimiser state, and the classes that it knows.
import type { Plan } from '../../contract/plan.ts'
import { modelCount } from '../../contract/planned-stages.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import { BACKGROUND, type ClassSet } from '../labels/label-sets.ts'
import { modelClassMap, type Study } from '../labels/study.ts'
import { createParameters, type NetworkSpec } from '../network/unet.ts'
import { createAdamWState, type AdamWState } from '../optimiser/adamw.ts'
import { createWeightAverage, refreshAverage, type WeightAverage } from '../optimiser/average-weights.ts'
import { tf, type Variable } from '../tensor/tensorflow.ts'

/** A network that can predict: its parameters and what its channels mean. */
export interface TrainedModel {
  /** Position of its dataset in the job, from 0. */
  readonly index: number
  readonly spec: NetworkSpec
  readonly parameters: ReadonlyMap<string, Variable>
  /** Union class of each channel; channel 0 is background. */
  readonly classes: ClassSet
}

export interface StageModel extends TrainedModel {
  /** Union class -> channel; 0 (background) for organs that the model does not know. */
  readonly channelOf: readonly number[]
  readonly adam: AdamWState
  /** Null when optimiser.averaging is 0. */
  readonly average: WeightAverage | null
}

/** Channels of a POS model: background and its own organs. Of the shared network and of a FOS model: all classes. */
export function knownClasses(study: Study, stage: StageNumber, index: number): ClassSet {
  if (stage === 1) return [BACKGROUND, ...study.ownClasses[index]!]
  return Array.from({ length: study.classCount }, (_, c) => c)
}

export function networkSpec(plan: Plan, network: RunConfig['network'], classes: number): NetworkSpec {
  const { normalisations, channels, strides, kernels } = plan
  const { convolutions, deepSupervision } = network
  const spec = { inputChannels: normalisations.length, channels, strides, convolutions, classes, deepSupervision }
  return kernels ? { ...spec, kernels } : spec
}

/** The network of one model of a stage. */
export function modelSpec(study: Study, stage: StageNumber, index: number, plan: Plan, config: RunConfig): NetworkSpec {
  const spec = networkSpec(plan, config.network, knownClasses(study, stage, index).length)
  if (stage !== 0 || config.shared.head === 'fixed') return spec
  const tasks = study.ownClasses.map((own, dataset) => ({
    classes: [BACKGROUND, ...own],
    competent: study.competentClasses[dataset]!,
  }))
  return { ...spec, dynamicHead: { tasks, task: 0 } }
}

/** A model with a dynamic head as it answers one task; any other model as it is. The parameters stay the model's own. */
export function forTask(model: StageModel, task: number): StageModel {
  const head = model.spec.dynamicHead
  if (!head) return model
  const { classes } = head.tasks[task]!
  const channelOf = modelClassMap(model.channelOf.length, classes.slice(1))
  const spec = { ...model.spec, classes: classes.length, dynamicHead: { ...head, task } }
  return { ...model, spec, classes, channelOf }
}

export const modelIndices = ({ datasets }: Study, stage: StageNumber): number[] =>
  Array.from({ length: modelCount(stage, datasets.length) }, (_, index) => index)

/** All models of a stage start from identical weights, heads excepted, so that their features are comparable. */
export function createStageModels(study: Study, stage: StageNumber, plan: Plan, config: RunConfig): StageModel[] {
  return modelIndices(study, stage).map((index) => {
    const classes = knownClasses(study, stage, index)
    const spec = modelSpec(study, stage, index, plan, config)
    const parameters = createParameters(spec, (name) =>
      name.startsWith('head.')
        ? createRandom(config.seed, 'weights', stage, name, index)
        : createRandom(config.seed, 'weights', name),
    )
    const channelOf = modelClassMap(study.classCount, classes.slice(1))
    const { averaging } = config.optimiser
    const average = averaging > 0 ? createWeightAverage(averaging) : null
    return { index, spec, parameters, classes, channelOf, adam: createAdamWState(parameters), average }
  })
}

/** The model as it predicts: with its averaged weights where it has them. The tensors stay the model's own. */
export function averagedModel(model: StageModel): TrainedModel {
  const { index, spec, parameters, classes, adam, average } = model
  if (average === null || adam.updates === 0) return { index, spec, parameters, classes }
  refreshAverage(average, parameters, adam.updates)
  return { index, spec, parameters: average.values, classes }
}

/**
 * Copies a trained model into one that begins: everything but the heads, and of the heads the channels of the organs
 * that the source knows. Channels of other organs keep their initial weights.
 */
export function startFrom(model: StageModel, trained: TrainedModel): void {
  for (const [name, variable] of model.parameters) {
    const source = trained.parameters.get(name)!
    if (!name.startsWith('head.')) {
      variable.assign(source)
      continue
    }
    const axis = variable.rank - 1
    const columns = model.classes.map((c) => trained.classes.indexOf(c))
    tf.tidy(() => {
      const [ours, theirs] = [tf.unstack(variable, axis), tf.unstack(source, axis)]
      variable.assign(
        tf.stack(
          columns.map((from, to) => (from < 0 ? ours[to]! : theirs[from]!)),
          -1,
        ),
      )
    })
  }
}

export function disposeModels(models: readonly (TrainedModel | StageModel)[]): void {
  for (const model of models) {
    tf.dispose([...model.parameters.values()])
    if (!('adam' in model)) continue
    tf.dispose([...model.adam.first.values(), ...model.adam.second.values()])
    tf.dispose([...(model.average?.values.values() ?? [])])
  }
}
