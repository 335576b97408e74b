import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { exampleDataset, exampleVocabulary, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { appendEvents, exampleEvents, time } from '../fixtures/example-events.ts'
import { createRun } from '../runs/run-control.ts'
import { getRun } from '../runs/run-queries.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'
import { indexDataset } from './index-dataset.ts'
import { indexEvents, indexRun } from './index-run.ts'
import { MIGRATIONS } from './migrations.ts'
import { openDatabase, schemaVersion, type Database } from './open-database.ts'
import { reindex } from './reindex.ts'

const tables = ['datasets', 'cases', 'organs', 'availability', 'findings', 'runs', 'events', 'metrics', 'checkpoints']
const dump = (database: Database) =>
  Object.fromEntries(tables.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]))
const rowCount = (database: Database, table: string): number => database.prepare(`SELECT * FROM ${table}`).all().length

describe('openDatabase', () => {
  const file = (): string => join(mkdtempSync(join(tmpdir(), 'organ-mosaic-')), 'index.sqlite')

  test('creates every table, in WAL mode, at the newest version', () => {
    const database = openDatabase(file())
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(schemaVersion(database)).toBe(MIGRATIONS.length)
    for (const name of tables) expect(rowCount(database, name)).toBe(0)
  })

  test('takes only the steps that are missing, and keeps a copy from before them', () => {
    const path = file()
    openDatabase(path, ['CREATE TABLE first (x INTEGER)']).close()
    expect(existsSync(`${path}.before-update`)).toBe(false)
    const database = openDatabase(path, ['CREATE TABLE first (x INTEGER)', 'ALTER TABLE first ADD COLUMN y INTEGER'])
    expect(schemaVersion(database)).toBe(2)
    database.exec('INSERT INTO first (x, y) VALUES (1, 2)')
    expect(schemaVersion(openDatabase(`${path}.before-update`, ['CREATE TABLE first (x INTEGER)']))).toBe(1)
  })

  test('a step that fails leaves the version before it, and nothing of the step', () => {
    const path = file()
    expect(() => openDatabase(path, ['CREATE TABLE first (x INTEGER)', 'CREATE TABLE second (x); nonsense'])).toThrow(
      /cannot be opened/,
    )
    const database = openDatabase(path, ['CREATE TABLE first (x INTEGER)'])
    expect(schemaVersion(database)).toBe(1)
    expect(() => database.prepare('SELECT * FROM second')).toThrow(/no such table/)
  })

  test('refuses a newer schema and a file that is no database, with the way out', () => {
    const newer = file()
    openDatabase(newer, [...MIGRATIONS, 'CREATE TABLE later (x INTEGER)']).close()
    const before = readFileSync(newer)
    expect(() => openDatabase(newer)).toThrow(/schema version 4, this OrganMosaic knows 3.*reindex/)
    expect(readFileSync(newer).equals(before)).toBe(true)
    expect(readdirSync(dirname(newer))).toEqual(['index.sqlite'])
    const broken = file()
    writeFileSync(broken, 'this is no database, and long enough to be read as one'.repeat(50))
    expect(() => openDatabase(broken)).toThrow(/index of the workspace is damaged.*reindex/)
  })
})

describe('the index', () => {
  let workspace: Workspace
  let database: Database
  let job: TrainJob
  let folder: string

  beforeEach(() => {
    workspace = temporaryWorkspace()
    database = openDatabase(workspace.databaseFile)
    const datasets = [exampleDataset('a', ['liver']), exampleDataset('b', ['spleen'])]
    saveDatasets(workspace, ...datasets)
    for (const dataset of datasets) indexDataset(database, dataset)
    job = createRun({ database, workspace }, exampleVocabulary, { name: 'first', datasets: ['a', 'b'] })
    folder = runFolder(workspace, 'first')
  })

  test('registering again replaces the rows of that dataset', () => {
    const before = dump(database)
    indexDataset(database, readDataset(workspace, 'a'))
    expect(dump(database)).toEqual(before)
    indexDataset(database, { ...exampleDataset('a', ['liver', 'brain']), findings: [] })
    expect(database.prepare("SELECT organ FROM organs WHERE dataset = 'a'").pluck().all()).toEqual(['liver', 'brain'])
    expect(rowCount(database, 'availability')).toBe(4 + 2)
    expect(rowCount(database, 'findings')).toBe(1)
  })

  test('events are added once, by run and sequence number', () => {
    expect(indexEvents(database, 'first', exampleEvents.slice(0, 4))).toBe(4)
    expect(indexEvents(database, 'first', exampleEvents)).toBe(2)
    expect([rowCount(database, 'events'), rowCount(database, 'metrics'), rowCount(database, 'checkpoints')]).toEqual([
      6, 3, 1,
    ])
  })

  test('the journal is read from where it ended, a partial last line later', () => {
    appendEvents(folder, exampleEvents.slice(0, 2))
    appendFileSync(join(folder, 'events.jsonl'), '{"seq":3,"ti')
    expect(indexRun(database, folder, job)).toBe(2)
    const line = JSON.stringify(exampleEvents[2])
    appendFileSync(join(folder, 'events.jsonl'), `${line.slice('{"seq":3,"ti'.length)}\n`)
    expect(indexRun(database, folder, job)).toBe(1)
    expect(indexRun(database, folder, job)).toBe(0)
    expect(rowCount(database, 'metrics')).toBe(2)
  })

  test('a damaged line in between is skipped and counted', () => {
    appendEvents(folder, exampleEvents.slice(0, 1))
    appendFileSync(join(folder, 'events.jsonl'), '{"seq":2,"type":"progr\n')
    appendEvents(folder, exampleEvents.slice(2))
    expect(indexRun(database, folder, job)).toBe(5)
    expect(database.prepare('SELECT damaged_lines FROM runs').pluck().get()).toBe(1)
  })

  test.each([
    ['cut', exampleEvents.slice(0, 2)],
    ['rewritten at the same length or longer', exampleEvents.map((event) => ({ ...event, time: time(30) }))],
  ])('a journal that was %s is indexed anew', (_, events) => {
    appendEvents(folder, exampleEvents.slice(0, 5))
    indexRun(database, folder, job)
    rmSync(join(folder, 'events.jsonl'))
    appendEvents(folder, events)
    indexRun(database, folder, job)
    const times = database.prepare('SELECT time FROM events ORDER BY seq').pluck().all()
    expect(times).toEqual(events.map((event) => event.time))
    expect(rowCount(database, 'metrics')).toBe(
      events.flatMap((event) => (event.type === 'metrics' ? event.metrics : [])).length,
    )
  })

  test('reindex gives the same rows on the same, an emptied and a new database', () => {
    appendEvents(folder, exampleEvents)
    indexRun(database, folder, job)
    const before = dump(database)
    expect(before['metrics']).toHaveLength(3)
    const counts = { datasets: 2, cases: 4, runs: 1, events: 6, skipped: [] }
    expect(reindex(database, workspace)).toEqual(counts)
    expect(dump(database)).toEqual(before)
    database.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(workspace.databaseFile + suffix, { force: true })
    const fresh = openDatabase(workspace.databaseFile)
    expect(reindex(fresh, workspace)).toEqual(counts)
    expect(dump(fresh)).toEqual(before)
  })

  test('reindex names what it cannot read and goes on', () => {
    writeFileSync(join(workspace.datasets, 'a', 'dataset.json'), '{')
    const { datasets, runs, skipped } = reindex(database, workspace)
    expect([datasets, runs]).toEqual([1, 1])
    expect(skipped).toEqual([expect.stringMatching(/^dataset a: .*dataset\.json should hold JSON/)])
  })

  test('a run is told from the newest numbers', () => {
    appendEvents(folder, exampleEvents)
    const { summary, latestMetrics, checkpoints } = getRun(database, workspace, 'first')
    expect(summary.state).toBe('finished')
    expect(summary.updatedAt).toBe(time(6))
    expect(summary.progress?.done).toBe(1)
    expect(summary.validationDice).toBeCloseTo((0.8 + 0.6) / 2, 10)
    expect(latestMetrics.map(({ value }) => value)).toEqual([0.8, 0.6])
    expect(checkpoints).toEqual([
      { stage: 1, model: null, kind: 'final', step: 2, path: 'checkpoints/stage1-last.safetensors', score: null },
    ])
    expect(readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n')).toHaveLength(7)
  })

  test('the validation Dice is the newest of each model and organ, of the latest stage alone', () => {
    const dice = (seq: number, stage: number, model: number, organ: string, value: number): JobEvent => {
      const metric = { name: 'validation.dice', stage, model, dataset: 'a', organ, step: seq, value }
      return { seq, time: time(seq), type: 'metrics', metrics: [metric, { ...metric, organ: null, value: 9 }] }
    }
    indexEvents(database, 'first', [
      dice(1, 1, 1, 'liver', 0.1),
      dice(2, 1, 2, 'spleen', 0.2),
      dice(3, 2, 1, 'liver', 0.9),
      dice(4, 2, 1, 'liver', 0.5),
      dice(5, 2, 2, 'liver', 0.6),
      dice(6, 2, 1, 'spleen', 0.7),
    ])
    const { summary } = getRun(database, workspace, 'first')
    expect(summary.validationDice).toBeCloseTo(0.6, 10)
    // The shared network may come after the stages: ms-kd.
    indexEvents(database, 'first', [dice(7, 0, 1, 'liver', 0.3), dice(8, 0, 1, 'spleen', 0.4)])
    expect(getRun(database, workspace, 'first').summary.validationDice).toBeCloseTo(0.35, 10)
  })

  test('an event of many numbers is kept whole', () => {
    const metric = { name: 'dice', stage: 1, model: 1, dataset: 'a', organ: 'liver', step: 1 }
    const metrics = Array.from({ length: 250 }, (_, at) => ({ ...metric, value: at }))
    indexEvents(database, 'first', [{ seq: 1, time: time(1), type: 'metrics', metrics }])
    const values = database.prepare('SELECT value FROM metrics ORDER BY position').pluck().all()
    expect(values).toEqual(metrics.map(({ value }) => value))
  })
})
