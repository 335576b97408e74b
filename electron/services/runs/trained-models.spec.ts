import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import { openDatabase } from '../database/open-database.ts'
import { exampleDataset, exampleVocabulary, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { appendEvents, exampleEvents, time } from '../fixtures/example-events.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'
import { createRun } from './run-control.ts'
import { findTrainedModels, type ModelRequest } from './trained-models.ts'

let workspace: Workspace
const find = (request: Omit<ModelRequest, 'run'> = {}) => findTrainedModels(workspace, { run: 'first', ...request })
const best = (model: number): JobEvent => ({
  seq: model,
  time: time(model),
  type: 'checkpoint',
  stage: 2,
  step: 10,
  kind: 'best',
  model,
  path: `checkpoints/stage2-model${model}.safetensors`,
  score: 0.5,
})
const state = (name: 'paused' | 'stopped'): JobEvent => ({
  seq: 9,
  time: time(9),
  type: 'state',
  state: name,
  message: '',
})

beforeEach(() => {
  workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['liver']), exampleDataset('b', ['spleen']))
  const database = openDatabase(workspace.databaseFile)
  createRun({ database, workspace }, exampleVocabulary, { name: 'first', datasets: ['a', 'b'] })
})

test('the last stage and the ensemble unless the request says otherwise', () => {
  appendEvents(runFolder(workspace, 'first'), exampleEvents)
  expect(find({ stage: 1 })).toMatchObject({ stage: 1, model: 'ensemble', folder: runFolder(workspace, 'first') })
  expect(find({ stage: 1, model: 2 })).toMatchObject({ model: 2 })
  expect(() => find()).toThrow(/no models of stage 2 yet.*or choose its models of stage 1/)
  expect(() => find({ stage: 1, model: 3 })).toThrow(/has the models 1 to 2 \(a, b\), and no model 3/)
})

test('a run that was stopped offers its best models, one that was paused does not', () => {
  const folder = runFolder(workspace, 'first')
  appendEvents(folder, [best(1), state('stopped')])
  expect(() => find()).toThrow(/no models of stage 2/)
  appendEvents(folder, [best(2), state('stopped')])
  expect(find()).toMatchObject({ stage: 2 })
  appendEvents(folder, [state('paused')])
  expect(() => find()).toThrow(/no models of stage 2/)
})

test('the shared network of a run is one', () => {
  const request = { name: 'marginal', datasets: ['a', 'b'], method: 'marginal' as const }
  createRun({ database: openDatabase(workspace.databaseFile), workspace }, exampleVocabulary, request)
  appendEvents(runFolder(workspace, 'marginal'), [{ ...best(1), stage: 0 }, state('stopped')] as JobEvent[])
  const ask = (more: Omit<ModelRequest, 'run'>) => findTrainedModels(workspace, { run: 'marginal', ...more })
  expect(ask({})).toMatchObject({ stage: 0, model: 'ensemble' })
  expect(() => ask({ model: 2 })).toThrow(/shared network of run marginal is one/)
  expect(() => ask({ stage: 2 })).toThrow(/no models of stage 2/)
})

test('pseudo labels of stage 2 are those that it made anew, once it is over', () => {
  const request = { name: 'anew', datasets: ['a', 'b'], set: ['pseudoLabels.refresh=1'] }
  createRun({ database: openDatabase(workspace.databaseFile), workspace }, exampleVocabulary, request)
  const ask = () => findTrainedModels(workspace, { run: 'anew', model: 'pseudo', stage: 2 })
  mkdirSync(join(runFolder(workspace, 'anew'), 'pseudo-labels-refreshed', '1'), { recursive: true })
  expect(ask).toThrow(/no pseudo labels yet/)
  appendEvents(runFolder(workspace, 'anew'), [{ ...best(1), kind: 'final', model: null } as JobEvent])
  expect(ask()).toMatchObject({ stage: 2, model: 'pseudo' })
})

test('pseudo labels are of stage 1 and must have been made', () => {
  expect(() => find({ model: 'pseudo' })).toThrow(/no pseudo labels yet/)
  expect(() => find({ model: 'pseudo', stage: 2 })).toThrow(/made by stage 1/)
  mkdirSync(join(runFolder(workspace, 'first'), 'pseudo-labels'))
  expect(find({ model: 'pseudo' })).toMatchObject({ stage: 1, model: 'pseudo' })
})
