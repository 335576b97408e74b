import { beforeEach, expect, test } from 'vitest'
import {
  exampleCase,
  exampleDataset,
  exampleVocabulary,
  saveDatasets,
  temporaryWorkspace,
} from '../fixtures/example-dataset.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { planRun } from './plan-run.ts'

let workspace: Workspace
const plan = (labelsFrom?: string) =>
  planRun(workspace, exampleVocabulary, {
    name: 'bound',
    datasets: ['a', 'b'],
    method: 'marginal',
    ...(labelsFrom ? { labelsFrom } : {}),
  })

beforeEach(() => {
  const names = ['a-1', 'a-2', 'a-3', 'b-1', 'b-2']
  const [spleen, liver] = [{ spleen: 'labelled' as const }, { liver: 'labelled' as const }]
  const given = { patient: 'Ms One', patientGiven: true }
  const mine = [exampleCase('a-1', spleen, given), exampleCase('a-2', spleen, given), exampleCase('a-3', spleen)]
  // Other names and files for the same images.
  const theirs = names.map((name) =>
    exampleCase(`full-${name}`, { ...spleen, ...liver }, { imageHash: `hash of ${name}` }),
  )
  workspace = temporaryWorkspace()
  saveDatasets(
    workspace,
    exampleDataset('a', ['spleen'], { cases: mine }),
    exampleDataset('b', ['liver']),
    exampleDataset('complete', ['spleen', 'liver'], { role: 'reference', cases: theirs }),
  )
})

test('the same images learn from the complete labels, under their own names and patients', () => {
  const [a] = plan('complete').datasets
  expect(plan('complete').labelsFrom).toBe('complete')
  expect(a).toMatchObject({ name: 'a', root: '/data/complete', fingerprint: 'fingerprint of complete' })
  expect(a!.labels.map(({ organs }) => organs)).toEqual([['spleen'], ['liver']])
  expect(a!.cases.map(({ id, patient, patientGiven, images }) => [id, patient, patientGiven, images[0]])).toEqual([
    ['a-1', 'Ms One', true, 'images/full-a-1.nii.gz'],
    ['a-2', 'Ms One', true, 'images/full-a-2.nii.gz'],
    ['a-3', 'a-3', undefined, 'images/full-a-3.nii.gz'],
  ])
  expect(a!.cases.every(({ availability }) => availability['liver']?.state === 'labelled')).toBe(true)
})

test('what the split goes by is as without: datasets, cases and patients', () => {
  const split = (from?: string) =>
    plan(from).datasets.map(({ name, cases }) => [name, cases.map(({ id, patient }) => [id, patient])])
  expect(split('complete')).toEqual(split())
  expect(plan().labelsFrom).toBeUndefined()
})

test('refused: labels of another role, an image without complete labels, a dataset that is not there', () => {
  expect(() => plan('b')).toThrow(/role reference, and b has the role train/)
  saveDatasets(workspace, exampleDataset('complete', ['spleen'], { role: 'reference' }))
  expect(() => plan('complete')).toThrow(/Case a-1 of a has no usable case with the same image in complete/)
  expect(() => plan('gone')).toThrow(/gone/)
})
