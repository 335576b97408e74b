// Checkpoints of a stage: everything that resuming needs (all models, optimisers, what the objective remembers), and
// the weights of single models for prediction. Safetensors files; state as JSON in their metadata.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { StageNumber } from '../../contract/run-config.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { StageModel, TrainedModel } from '../stages/stage-model.ts'
import { tf, type Variable } from '../tensor/tensorflow.ts'
import {
  parseJson,
  readSafetensors,
  readSafetensorsMetadata,
  writeSafetensors,
  type NamedArray,
} from '../model-files/safetensors.ts'

export interface StageState {
  /** Steps that are finished. */
  readonly step: number
  readonly complete: boolean
  /** Best validation score of each model so far; -1 before the first. */
  readonly best: readonly number[]
  /** Validations since any model became better. */
  readonly stale: number
  readonly objective: Record<string, unknown>
}

const StateSchema = z.object({
  step: z.int(),
  complete: z.boolean(),
  best: z.array(z.number()),
  stale: z.int(),
  objective: z.record(z.string(), z.unknown()),
})

export const stageCheckpointPath = (folder: string, stage: StageNumber): string =>
  join(folder, 'checkpoints', `stage${stage}-last.safetensors`)

export const modelWeightsPath = (folder: string, stage: StageNumber, index: number): string =>
  join(folder, 'checkpoints', `stage${stage}-model${index + 1}.safetensors`)

const toArray = (tensor: { shape: number[]; dataSync(): ArrayLike<number> }): NamedArray => ({
  shape: tensor.shape,
  get data() {
    return tensor.dataSync() as Float32Array
  },
})

export async function saveStage(
  path: string,
  models: readonly StageModel[],
  memory: ReadonlyMap<string, NamedArray>,
  state: StageState,
): Promise<void> {
  const arrays = new Map<string, NamedArray>()
  for (const { index, parameters, adam, average } of models) {
    for (const [name, variable] of parameters) arrays.set(`model.${index}.${name}`, toArray(variable))
    for (const [name, tensor] of adam.first) arrays.set(`first.${index}.${name}`, toArray(tensor))
    for (const [name, tensor] of adam.second) arrays.set(`second.${index}.${name}`, toArray(tensor))
    for (const [name, variable] of average?.values ?? []) arrays.set(`average.${index}.${name}`, toArray(variable))
  }
  for (const [name, array] of memory) arrays.set(`memory.${name}`, array)
  await mkdir(dirname(path), { recursive: true })
  const updates = models.map(({ adam }) => adam.updates)
  const averaged = models.map(({ average }) => average?.updates ?? 0)
  await writeSafetensors(path, arrays, {
    state: JSON.stringify(state),
    updates: JSON.stringify(updates),
    averaged: JSON.stringify(averaged),
  })
}

/** One checkpoint of parts that saveStage wrote, each with the next models of the stage. */
export async function mergeStages(
  path: string,
  parts: readonly string[],
  memory: ReadonlyMap<string, NamedArray>,
  state: StageState,
): Promise<void> {
  const read: Awaited<ReturnType<typeof readSafetensors>>[] = []
  for (const part of parts) read.push(await readSafetensors(part))
  const arrays = new Map(read.flatMap((part) => [...part.arrays]))
  for (const [name, array] of memory) arrays.set(`memory.${name}`, array)
  const join = (key: string): string =>
    JSON.stringify(read.flatMap(({ metadata }) => JSON.parse(metadata[key]!) as number[]))
  await writeSafetensors(path, arrays, {
    state: JSON.stringify(state),
    updates: join('updates'),
    averaged: join('averaged'),
  })
}

/** How far a stage is, by its checkpoint. @returns null when there is none yet */
export async function readStageState(path: string): Promise<StageState | null> {
  if (!existsSync(path)) return null
  const { state } = await readSafetensorsMetadata(path)
  return StateSchema.parse(JSON.parse(state ?? '{}'))
}

/** Puts the models where the checkpoint left them. @returns null when there is none yet */
export async function loadStage(
  path: string,
  models: readonly StageModel[],
): Promise<{ state: StageState; memory: Map<string, NamedArray> } | null> {
  if (!existsSync(path)) return null
  const { arrays, metadata } = await readSafetensors(path)
  const updates = JSON.parse(metadata['updates'] ?? '[]') as number[]
  const averaged = JSON.parse(metadata['averaged'] ?? '[]') as number[]
  const take = (name: string, shape: readonly number[]) => {
    const array = arrays.get(name)
    if (!array || array.shape.join() !== shape.join()) {
      const found = array ? `is ${array.shape.join(' x ')}` : 'is missing'
      throw new OrganMosaicError(
        'invalid-file',
        `Checkpoint ${path} belongs to another network: expected ${name} of ${shape.join(' x ')}, and it ${found}. Start a new run.`,
      )
    }
    return tf.tensor(array.data, [...array.shape])
  }
  for (const { index, parameters, adam, average } of models) {
    for (const [name, variable] of parameters)
      assignAndDispose(variable, take(`model.${index}.${name}`, variable.shape))
    for (const [moments, kind] of [
      [adam.first, 'first'],
      [adam.second, 'second'],
    ] as const) {
      for (const [name, old] of moments) {
        old.dispose()
        moments.set(name, take(`${kind}.${index}.${name}`, old.shape))
      }
    }
    adam.updates = updates[index] ?? 0
    // A checkpoint without averages, of before there were any or of a run without them: they begin at these weights.
    if (average === null || !averaged[index]) continue
    for (const [name, variable] of parameters) {
      const value = take(`average.${index}.${name}`, variable.shape)
      average.values.get(name)?.dispose()
      average.values.set(name, tf.variable(value, false))
      value.dispose()
    }
    average.updates = averaged[index]
  }
  const memory = [...arrays].filter(([name]) => name.startsWith('memory.'))
  return {
    state: StateSchema.parse(JSON.parse(metadata['state'] ?? '{}')),
    memory: new Map(memory.map(([name, array]) => [name.slice('memory.'.length), array])),
  }
}

function assignAndDispose(variable: Variable, value: ReturnType<typeof tf.tensor>): void {
  variable.assign(value)
  value.dispose()
}

/** The weights of one model, for prediction and for the next stage. */
export async function saveModel(
  path: string,
  model: TrainedModel,
  about: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeSafetensors(path, new Map([...model.parameters].map(([name, variable]) => [name, toArray(variable)])), {
    ...about,
    classes: JSON.stringify(model.classes),
  })
}

/** @throws OrganMosaicError not-found or invalid-file */
export async function loadModel(path: string, spec: TrainedModel['spec'], index: number): Promise<TrainedModel> {
  if (!existsSync(path)) {
    throw new OrganMosaicError(
      'not-found',
      `There is no model ${index + 1} at ${path}: that stage has not been trained. Train it, or name another stage.`,
    )
  }
  const { arrays, metadata } = await readSafetensors(path)
  const classes = z.array(z.int()).safeParse(parseJson(metadata['classes'] ?? ''))
  if (!classes.success) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} does not say which organs its channels are; resume or repeat the run that made it.`,
    )
  }
  const parameters = new Map(
    [...arrays].map(([name, { data, shape }]) => {
      const value = tf.tensor(data, [...shape])
      const variable = tf.variable(value, false)
      value.dispose()
      return [name, variable]
    }),
  )
  return { index, spec: { ...spec, classes: classes.data.length }, parameters, classes: classes.data }
}
