import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../tensor/tensorflow.ts'
import { applyAdamW } from '../optimiser/adamw.ts'
import { refreshAverage } from '../optimiser/average-weights.ts'
import { createStageModels, disposeModels, type StageModel } from '../stages/stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from '../stages/test-stage.ts'
import { leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { loadModel, loadStage, modelWeightsPath, saveModel, saveStage, stageCheckpointPath } from './checkpoint.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const make = (seed: number) => createStageModels(tinyStudy, 1, tinyPlan, tinyConfig({ seed }))
function update(model: StageModel): void {
  const gradients = new Map<string, Tensor>(
    [...model.parameters].map(([name, variable]) => [name, normalTensor(name, variable.shape)]),
  )
  applyAdamW(model.parameters, gradients, model.adam, 0.01, { weightDecay: 0.1, gradientClip: 1 })
  refreshAverage(model.average!, model.parameters, model.adam.updates)
}
const bits = (model: StageModel) => ({
  parameters: [...model.parameters].map(([name, variable]) => [name, variable.dataSync()]),
  first: [...model.adam.first].map(([name, tensor]) => [name, tensor.dataSync()]),
  second: [...model.adam.second].map(([name, tensor]) => [name, tensor.dataSync()]),
  updates: model.adam.updates,
  average: [...model.average!.values].map(([name, variable]) => [name, variable.dataSync()]),
  averaged: model.average!.updates,
})
const state = {
  step: 7,
  complete: false,
  best: [0.5, -1],
  stale: 2,
  objective: { accuracy: [['0.1', 0.25]] },
}

describe('a stage', () => {
  it('comes back bit by bit: weights, moments, updates, state, memory', async () => {
    const [saved, other] = [make(1), make(2)]
    saved.forEach(update)
    update(saved[1]!)
    const path = stageCheckpointPath(folder, 1)
    const memory = new Map([['running-feature.0.1', { shape: [2], data: Float32Array.of(0.6, 0.8) }]])
    await saveStage(path, saved, memory, state)
    expect(bits(other[0]!)).not.toEqual(bits(saved[0]!))

    const loaded = await loadStage(path, other)
    expect(other.map(bits)).toEqual(saved.map(bits))
    expect(other.map(({ adam }) => adam.updates)).toEqual([1, 2])
    expect(other.map(({ average }) => average!.updates)).toEqual([1, 2])
    expect(loaded).toEqual({ state, memory })

    // and goes on as the first would have
    saved.forEach(update)
    other.forEach(update)
    expect(other.map(bits)).toEqual(saved.map(bits))
    disposeModels([...saved, ...other])
  })

  it('replaces tensors without leaking', async () => {
    const models = make(1)
    await loadStage(stageCheckpointPath(folder, 1), models)
    expect(await leakedTensors(() => loadStage(stageCheckpointPath(folder, 1), models))).toBe(0)
    expect(await leakedTensors(() => disposeModels(make(1)))).toBe(0)
    disposeModels(models)
  })

  it('of a run without averages: they begin with the weights that it has', async () => {
    const without = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig({ optimiser: { averaging: 0 } }))
    const path = join(folder, 'without.safetensors')
    await saveStage(path, without, new Map(), state)
    const models = make(1)
    await loadStage(path, models)
    expect(models.map(({ average }) => [average!.updates, average!.values.size])).toEqual([
      [0, 0],
      [0, 0],
    ])
    disposeModels([...without, ...models])
  })

  it('is null before the first checkpoint', async () => {
    expect(await loadStage(stageCheckpointPath(folder, 2), [])).toBeNull()
  })

  it('refuses the checkpoint of another network', async () => {
    const models = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig({ network: { convolutions: 2 } }))
    await expect(loadStage(stageCheckpointPath(folder, 1), models)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('belongs to another network') as string,
    })
    disposeModels(models)
  })

  it('refuses the checkpoint of a wider network, whose parameters have the same names', async () => {
    const wider = { ...tinyPlan, channels: tinyPlan.channels.map((channels) => channels * 2) }
    const models = createStageModels(tinyStudy, 1, wider, tinyConfig())
    await expect(loadStage(stageCheckpointPath(folder, 1), models)).rejects.toThrow(/expected .* of .*, and it is /)
    disposeModels(models)
  })
})

describe('a model', () => {
  it('comes back with the meaning of its channels', async () => {
    const [model] = make(3)
    const path = modelWeightsPath(folder, 1, 0)
    await saveModel(path, model!, { step: '5' })
    const loaded = await loadModel(path, { ...model!.spec, classes: 99 }, 0)
    expect(loaded.classes).toEqual(model!.classes)
    expect(loaded.spec).toEqual(model!.spec)
    expect([...loaded.parameters.keys()]).toEqual([...model!.parameters.keys()])
    for (const [name, variable] of loaded.parameters) {
      expect(variable.dataSync()).toEqual(model!.parameters.get(name)!.dataSync())
    }
    disposeModels([loaded])
  })

  it('says which model is missing, and refuses a damaged file', async () => {
    const [model] = make(3)
    const missing = loadModel(join(folder, 'none.safetensors'), model!.spec, 1)
    await expect(missing).rejects.toMatchObject({ code: 'not-found' })
    const damaged = join(folder, 'damaged.safetensors')
    await writeFile(damaged, 'not weights')
    await expect(loadModel(damaged, model!.spec, 1)).rejects.toMatchObject({ code: 'invalid-file' })
  })
})
