import { mkdirSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { TrainJobSchema } from '../../../contract/job.ts'
import { openDatabase } from '../database/open-database.ts'
import {
  exampleCase,
  exampleDataset,
  exampleVocabulary,
  saveDatasets,
  temporaryWorkspace,
} from '../fixtures/example-dataset.ts'
import { appendEvents, exampleEvents } from '../fixtures/example-events.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'
import { planRun, type RunRequest } from './plan-run.ts'
import { findSharedNames } from './refuse-leakage.ts'
import { createRun } from './run-control.ts'

let workspace: Workspace
const plan = (changes: Partial<RunRequest> = {}) =>
  planRun(workspace, exampleVocabulary, { name: 'first', datasets: ['a', 'b'], preset: 'quick', ...changes })
const refusal = (changes: Partial<RunRequest> = {}) => {
  try {
    plan(changes)
  } catch (error) {
    return error
  }
  throw new Error('the plan was accepted')
}

beforeEach(() => {
  workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['spleen', 'brainstem']), exampleDataset('b', ['My Organ', 'liver']))
})

describe('a planned run', () => {
  test('is a valid job with the organs in the order of the vocabulary, whatever the order of the datasets', () => {
    const job = plan()
    expect(TrainJobSchema.parse(job)).toEqual(job)
    expect(job.organs).toEqual(['brainstem', 'liver', 'spleen', 'My Organ'])
    expect(plan({ datasets: ['b', 'a'] }).organs).toEqual(job.organs)
    expect(job.datasets.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(job.cacheFolder).toBe(workspace.cache)
  })

  test('knows the wholes of its parts, and makes an entry for a name that maps to nothing', () => {
    const entries = plan().vocabulary
    expect(entries.map(({ id }) => id)).toEqual(['brainstem', 'brain', 'liver', 'spleen', 'My Organ'])
    expect(entries.at(-1)).toMatchObject({ name: 'My Organ', laterality: null, partOf: [] })
  })

  test('leaves out excluded cases, and organs that no case shows', () => {
    const cases = [
      exampleCase('a-1', { spleen: 'labelled', brain: 'absent', liver: 'unlabelled' }),
      exampleCase('a-2', { brain: 'labelled' }, { status: 'excluded', excludedReason: 'NaN' }),
    ]
    saveDatasets(workspace, exampleDataset('a', ['spleen', 'brain'], { cases }))
    const [a] = plan().datasets
    expect(plan().organs).toEqual(['liver', 'spleen', 'My Organ'])
    expect(a?.cases.map(({ id }) => id)).toEqual(['a-1'])
    expect(a?.labels.map(({ key }) => key)).toEqual(['1'])
    expect(Object.keys(a?.cases[0]?.availability ?? {})).toEqual(['spleen', 'liver'])
  })
})

describe('refused', () => {
  test.each<[string, Partial<RunRequest>, string, RegExp]>([
    ['one dataset', { datasets: ['a'] }, 'usage', /needs 2 to 9 datasets, and 1 was chosen/],
    ['ten datasets', { datasets: [...'abcdefghij'] }, 'usage', /10 were chosen/],
    ['one twice', { datasets: ['a', 'b', 'a'] }, 'usage', /a was chosen twice/],
    ['an unknown one', { datasets: ['a', 'bb'] }, 'not-found', /No dataset is called bb \(did you mean b\?\)/],
    ['a bad name', { name: '../x' }, 'usage', /run name "\.\.\/x" is not possible/],
    ['stage 2 alone', { stages: '2' }, 'usage', /stage 2 alone needs the run/],
    ['a source without need', { stage1From: 'x' }, 'usage', /is of stage 2 alone/],
    [
      'a taught network without teachers',
      { set: ['shared.distillation.enabled=on'], stages: '0' },
      'usage',
      /as teachers, and stages 0 train none/,
    ],
    [
      'teachers after their pupil',
      { set: ['shared.distillation.enabled=on'], stages: '0,1' },
      'usage',
      /stages 0,1 train none before/,
    ],
    [
      'a conditional head to start from',
      { set: ['shared.head=dynamic'], stages: '0,1' },
      'usage',
      /cannot start from such a head/,
    ],
    ['an unknown source', { stages: '2', stage1From: 'x' }, 'not-found', /No run is called x/],
    ['a bad setting', { set: ['sead=1'] }, 'usage', /did you mean seed/],
  ])('%s', (_, changes, code, message) => {
    expect(refusal(changes)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test.each(['test', 'reference'] as const)('a dataset of role %s', (role) => {
    saveDatasets(workspace, exampleDataset('b', ['liver'], { role }))
    expect(refusal()).toMatchObject({ code: 'leakage', message: expect.stringContaining(`b has the role ${role}`) })
  })

  test('an image that is also in a test set, under whatever name', () => {
    const cases = [exampleCase('t-1', { liver: 'labelled' }, { imageHash: 'hash of b-2' })]
    saveDatasets(workspace, exampleDataset('t', ['liver'], { role: 'test', cases }))
    expect(refusal()).toMatchObject({
      code: 'leakage',
      message: expect.stringMatching(/Case b-2 of b is the same image as case t-1 of the test set t/),
    })
  })

  test('a patient who is also in a test set, even in an excluded case there', () => {
    const given = { patient: 'Ms One', patientGiven: true }
    const cases = [exampleCase('t-1', {}, { ...given, status: 'excluded', imageHash: null })]
    const mine = [exampleCase('a-1', { spleen: 'labelled' }, given), exampleCase('a-2', { spleen: 'labelled' })]
    saveDatasets(workspace, exampleDataset('t', ['liver'], { role: 'test', cases }))
    saveDatasets(workspace, exampleDataset('a', ['spleen'], { cases: mine }))
    expect(refusal()).toMatchObject({
      code: 'leakage',
      message: expect.stringMatching(/Patient Ms One of a is also in/),
    })
  })

  test.each([
    ['neither', false, false],
    ['only the test set', false, true],
    ['only the training set', true, false],
  ])('not one name in both where %s names its patients: that is told', (_, mine, theirs) => {
    const a = exampleDataset('a', ['spleen'], {
      cases: ['001', '002', '003'].map((id) => exampleCase(id, { spleen: 'labelled' }, { patientGiven: mine })),
    })
    const t = exampleDataset('t', ['spleen'], {
      role: 'test',
      cases: ['002', '003'].map((id) => {
        return exampleCase(id, { spleen: 'labelled' }, { imageHash: `other ${id}`, patientGiven: theirs })
      }),
    })
    saveDatasets(workspace, a, t)
    expect(plan().name).toBe('first')
    expect(findSharedNames([a], [a, t])).toEqual([
      expect.stringMatching(
        /^002 \(and 1 more\) is a case or patient id in both a and the test set t; if they are the/,
      ),
    ])
    expect(findSharedNames([exampleDataset('b', ['liver'])], [a, t])).toEqual([])
  })

  test('one image in two training datasets; but not in a reference', () => {
    const cases = [exampleCase('b-9', { liver: 'labelled' }, { imageHash: 'hash of a-1' })]
    saveDatasets(workspace, exampleDataset('r', ['liver'], { role: 'reference', cases }))
    expect(plan().name).toBe('first')
    saveDatasets(workspace, exampleDataset('b', ['liver'], { cases }))
    expect(refusal()).toMatchObject({ code: 'leakage', message: expect.stringMatching(/a-1 of a and case b-9 of b/) })
  })

  test('a dataset without a usable case, or without a delineated organ', () => {
    const excluded = exampleCase('b-1', {}, { status: 'excluded' })
    saveDatasets(workspace, exampleDataset('b', ['liver'], { cases: [excluded] }))
    expect(refusal()).toMatchObject({ code: 'invalid-data', message: expect.stringContaining('no usable case') })
    saveDatasets(workspace, exampleDataset('b', ['liver'], { cases: [exampleCase('b-1', { liver: 'absent' })] }))
    expect(refusal()).toMatchObject({ code: 'invalid-data', message: expect.stringContaining('no organ') })
  })

  test('a name that is taken', () => {
    const database = openDatabase(workspace.databaseFile)
    createRun({ database, workspace }, exampleVocabulary, { name: 'first', datasets: ['a', 'b'] })
    expect(refusal()).toMatchObject({ code: 'conflict', message: expect.stringContaining('or resume that one') })
  })
})

describe('stage 2 from another run', () => {
  beforeEach(() => {
    const database = openDatabase(workspace.databaseFile)
    const request = { name: 'source', datasets: ['a', 'b'], stages: '1' as const, set: ['seed=5', 'network.levels=3'] }
    createRun({ database, workspace }, exampleVocabulary, request)
  })
  const later = { stages: '2' as const, stage1From: 'source' }

  test('needs a finished stage 1', () => {
    expect(refusal(later)).toMatchObject({ code: 'conflict', message: expect.stringContaining('no finished stage 1') })
  })

  test('takes over what must be the same, and refuses what is not', () => {
    mkdirSync(runFolder(workspace, 'source'), { recursive: true })
    appendEvents(runFolder(workspace, 'source'), exampleEvents)
    const job = plan(later)
    expect(job.stage1From).toBe(runFolder(workspace, 'source'))
    expect([job.config.seed, job.config.network.levels]).toEqual([5, 3])
    expect(refusal({ ...later, set: ['seed=6'] })).toMatchObject({ code: 'invalid-config' })
    expect(refusal({ ...later, set: ['network.levels=4'] })).toMatchObject({ code: 'invalid-config' })
    expect(refusal({ ...later, datasets: ['b', 'a'] })).toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('datasets in the same order (a,b)'),
    })
  })
})
