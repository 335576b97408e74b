import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import { createServices } from '../create-services.ts'
import type { Services } from '../services.ts'
import { exampleDataset, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { appendEvents, time } from '../fixtures/example-events.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

let workspace: Workspace
let services: Services

beforeEach(() => {
  workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['liver']), exampleDataset('b', ['spleen']))
  services = createServices({ home: workspace.home })
  for (const name of ['long-1', 'long-2', 'short']) services.createRun({ name, datasets: ['a', 'b'] })
  for (const name of ['long-1', 'long-2']) appendEvents(join(workspace.runs, name), longJournal(3000))
  appendEvents(join(workspace.runs, 'short'), longJournal(3))
})

afterEach(() => services.close())

/** As a stopped training leaves it: the Dice of the last validation counts. */
function longJournal(validations: number): JobEvent[] {
  const validation = (at: number): JobEvent => {
    const of = { name: 'validation.dice', stage: 1, model: 1, dataset: 'a', organ: 'liver' }
    return { seq: at + 2, time: time(at), type: 'metrics', metrics: [{ ...of, step: at, value: at / validations }] }
  }
  const progress = { phase: 'stage1', done: validations, total: validations, secondsLeft: null, message: '' } as const
  return [
    { seq: 1, time: time(0), type: 'state', state: 'running', message: '' },
    ...Array.from({ length: validations }, (_, at) => validation(at + 1)),
    { seq: validations + 3, time: time(validations + 1), type: 'progress', ...progress },
    { seq: validations + 4, time: time(validations + 2), type: 'state', state: 'stopped', message: '' },
  ]
}

const diceByName = () => Object.fromEntries(services.runDesk.list().map((run) => [run.name, run.validationDice]))
const allDone = () => expect(services.tasks.list().every(({ state }) => state !== 'running')).toBe(true)

test('long journals are read in the background: all runs are listed at once, and told of again with their Dice', async () => {
  const told: string[] = []
  services.watchRuns({
    onRun: ({ name, validationDice }, lastSeq) => told.push(`${name} ${validationDice} ${lastSeq}`),
    onRemoved: (name) => told.push(`${name} removed`),
  })
  const first = services.runDesk.list()
  expect(Object.fromEntries(first.map((run) => [run.name, run.validationDice]))).toEqual({
    'long-1': null,
    'long-2': null,
    short: 1,
  })
  expect(first.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped'])
  await vi.waitFor(() => expect(told.sort()).toEqual(['long-1 1 3004', 'long-2 1 3004']), 5000)
  await vi.waitFor(allDone)
  expect(services.tasks.list().map(({ kind, state }) => [kind, state])).toEqual([['index', 'done']])

  const last = services.runDesk.list()
  expect(last.map((run) => ({ ...run, validationDice: null }))).toEqual(
    first.map((run) => ({ ...run, validationDice: null })),
  )
  expect(diceByName()).toEqual({ 'long-1': 1, 'long-2': 1, short: 1 })
  expect(services.tasks.list()).toHaveLength(1)
})

test('a run that is opened is read at once, and a command waits for all of them', () => {
  expect(services.getRun('long-1').summary.validationDice).toBe(1)
  expect(services.listRuns().map(({ validationDice }) => validationDice)).toEqual([1, 1, 1])
  expect(services.tasks.list()).toEqual([])
})

test('a run that is removed meanwhile stops nothing, and cancelling leaves the rest for the next time', async () => {
  services.runDesk.list()
  rmSync(join(workspace.runs, 'long-1'), { recursive: true })
  await vi.waitFor(allDone, 5000)
  expect(diceByName()).toEqual({ 'long-2': 1, short: 1 })

  services.createRun({ name: 'long-3', datasets: ['a', 'b'] })
  appendEvents(join(workspace.runs, 'long-3'), longJournal(3000))
  services.runDesk.list()
  services.tasks.cancel(services.tasks.list()[0].id)
  await vi.waitFor(allDone, 5000)
  expect(services.tasks.list()[0]).toMatchObject({ kind: 'index', state: 'cancelled' })
  services.runDesk.list()
  await vi.waitFor(() => expect(diceByName()).toMatchObject({ 'long-3': 1 }), 5000)
})

test('a run whose job cannot be read is left out', () => {
  writeFileSync(join(workspace.runs, 'long-1/run.json'), '{')
  expect(services.runDesk.list().map(({ name }) => name)).toEqual(['short', 'long-2'])
})
