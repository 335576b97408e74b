import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { exampleDataset, saveDatasets, exampleVocabulary, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { openDatabase } from '../database/open-database.ts'
import { createRun } from './run-control.ts'
import { lastSeq, summariseNamed } from './run-queries.ts'
import { createRunWatcher } from './watch-runs.ts'

/** A real workspace with two datasets, a watcher on it, and what the watcher told. */
function watch() {
  const workspace = temporaryWorkspace()
  const database = openDatabase(workspace.databaseFile)
  saveDatasets(workspace, exampleDataset('a', ['liver']), exampleDataset('b', ['spleen']))
  const watcher = createRunWatcher({
    workspace,
    summarise: (name) => summariseNamed(database, workspace, name),
    lastSeq: (name) => lastSeq(database, name),
    pollMs: 5,
  })
  onTestFinished(() => {
    watcher.close()
    database.close()
  })
  const told: string[] = []
  const end = watcher.subscribe({
    onRun: ({ name, state }) => told.push(`${name} ${state}`),
    onRemoved: (name) => told.push(`${name} removed`),
  })
  const start = (name: string) => createRun({ workspace, database }, exampleVocabulary, { name, datasets: ['a', 'b'] })
  return { workspace, told, end, start }
}

test('a run that appears, goes on and disappears is told of, each once', async () => {
  const { workspace, told, start } = watch()
  start('first')
  await vi.waitFor(() => expect(told).toEqual(['first queued']))
  const state = { seq: 1, time: new Date().toISOString(), type: 'state', state: 'stopped', message: '' }
  writeFileSync(join(workspace.runs, 'first', 'events.jsonl'), `${JSON.stringify(state)}\n`)
  await vi.waitFor(() => expect(told).toEqual(['first queued', 'first stopped']))
  rmSync(join(workspace.runs, 'first'), { recursive: true })
  await vi.waitFor(() => expect(told.at(-1)).toBe('first removed'))
})

test('nobody is told after the end of a subscription', async () => {
  const { told, end, start } = watch()
  end()
  start('first')
  await sleep(50)
  expect(told).toEqual([])
})

test('a workspace that is away for a moment ends nothing', async () => {
  const { workspace, told, start } = watch()
  renameSync(workspace.runs, `${workspace.runs}.away`)
  await sleep(50)
  mkdirSync(workspace.runs)
  start('first')
  await vi.waitFor(() => expect(told).toEqual(['first queued']))
})
