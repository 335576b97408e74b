// The clock of a machine is set back by an hour in the middle of a training, and by another between two processes.
import { expect, it } from 'vitest'
import type { JobEvent, Metric } from '../../../contract/events.ts'
import { createServices } from '../create-services.ts'
import { exampleDataset, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { appendEvents } from '../fixtures/example-events.ts'
import { runFolder } from '../workspace/run-store.ts'
import { summariseFolder } from './summarise-folder.ts'

const HOUR = 3600
/** Seconds after a moment. */
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString()
const metrics = (step: number): Metric[] =>
  ['dataWaitShare', 'loss'].map((name) => ({ name, value: 0.5, step, stage: 1, model: 1, dataset: null, organ: null }))
const progress = (done: number) =>
  ({ type: 'progress', phase: 'stage1', done, total: 50, secondsLeft: 60, message: '' }) as const

const events: JobEvent[] = [
  { seq: 1, time: at(0), type: 'state', state: 'running', message: '' },
  { seq: 2, time: at(10), type: 'metrics', metrics: metrics(10) },
  { seq: 3, time: at(20), type: 'metrics', metrics: metrics(20) },
  // Ten seconds later, an hour earlier.
  { seq: 4, time: at(30 - HOUR), type: 'metrics', metrics: metrics(30) },
  { seq: 5, time: at(40 - HOUR), type: 'metrics', metrics: metrics(40) },
  { seq: 6, time: at(41 - HOUR), ...progress(40) },
  { seq: 7, time: at(50 - 2 * HOUR), type: 'state', state: 'running', message: '' },
  { seq: 8, time: at(60 - 2 * HOUR), type: 'metrics', metrics: metrics(50) },
  { seq: 9, time: at(61 - 2 * HOUR), ...progress(50) },
  { seq: 10, time: at(62 - 2 * HOUR), type: 'state', state: 'finished', message: '' },
]

it('what a run says of its times stays sensible', () => {
  const workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['liver']), exampleDataset('b', ['spleen']))
  const services = createServices({ home: workspace.home })
  services.createRun({ name: 'back', datasets: ['a', 'b'], preset: 'quick' })
  appendEvents(runFolder(workspace, 'back'), events)

  // Of the jump itself nothing is known; everything else took a second a step.
  const times = services.runDesk.metrics('back', 0, 100).series.find(({ name }) => name === 'secondsPerStep')
  expect(times?.points).toEqual([
    [20, 1],
    [40, 1],
  ])
  expect(services.runDesk.workedSeconds('back')).toBeCloseTo(10 + 10 + 10 + 1 + 10 + 1 + 1)
  expect(services.getRun('back').summary).toMatchObject({ state: 'finished', updatedAt: at(62 - 2 * HOUR) })
  expect(summariseFolder(workspace, 'back').updatedAt).toBe(at(62 - 2 * HOUR))
  expect(services.runDesk.log('back', 0).map(({ seq }) => seq)).toEqual([1, 7, 10])
  services.close()
})
