import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { gridOf, writeCase } from '../imaging/test-dataset.ts'
import { describeStudy } from '../labels/study.ts'
import { label, organ, pair, studyCase, studyDataset } from '../labels/test-study.ts'
import { completeWithTruth, PROVENANCE } from './complete-with-truth.ts'

const root = mkdtempSync(join(tmpdir(), 'complete-with-truth-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('true labels stay; one that covers several organs is divided by what the model holds for likeliest of them', async () => {
  const geometry = gridOf([1, 1, 8], [1, 1, 1])
  const volume = (...values: number[]) => ({ data: Uint8Array.from(values), geometry })
  // Label 1 is the liver, label 2 both kidneys; the spleen was not drawn.
  const files = await writeCase(root, volume(9, 9, 9, 9, 9, 9, 9, 9), [
    { path: 'labels.nii.gz', volume: volume(1, 1, 2, 2, 2, 2, 0, 0) },
  ])
  const entry = {
    ...files,
    availability: studyCase('case', { liver: 'labelled', kidney_left: 'merged', kidney_right: 'merged' }).availability,
  }
  const labels = [label('1', 'liver'), label('2', 'kidney_left', 'kidney_right')]
  const run = {
    organs: ['liver', 'kidney_left', 'kidney_right', 'spleen'],
    vocabulary: [organ('liver'), ...pair('kidney'), organ('spleen')],
    datasets: [{ ...studyDataset('site', labels, [entry]), root }],
  }
  // Of the kidneys the model finds the left one in one voxel and the right one in one; elsewhere it says background, or spleen.
  const predicted = volume(1, 4, 2, 3, 0, 4, 4, 1)
  const asked: number[] = []
  const likelihood = [, , [0, 0, 0.9, 0.1, 0.1, 0.3, 0, 0], [0, 0, 0.1, 0.8, 0.2, 0.1, 0, 0]]
  const completed = await completeWithTruth(run, describeStudy(run), [join(root, files.images[0]!)], predicted, (c) => {
    asked.push(c)
    return { data: Float32Array.from(likelihood[c]!), geometry }
  })
  expect([...completed.labelMap.data]).toEqual([1, 1, 2, 3, 3, 2, 4, 0])
  const { background, model, divided, truth } = PROVENANCE
  const speakers = [truth, truth, divided, divided, divided, divided, model, background]
  expect([...completed.provenance!.data]).toEqual(speakers)
  expect([...completed.drawnOrgans]).toEqual(['liver'])
  expect(asked.sort()).toEqual([2, 3])
})

it('an image that no dataset of the run knows is the work of the model alone', async () => {
  const predicted = { data: Uint8Array.of(1, 0), geometry: gridOf([1, 1, 2], [1, 1, 1]) }
  const run = { organs: ['liver'], vocabulary: [organ('liver')], datasets: [] }
  const completed = await completeWithTruth(run, describeStudy(run), [join(root, 'other.nii.gz')], predicted, () => {
    throw new Error('nothing is to be divided')
  })
  expect(completed).toEqual({ labelMap: predicted, provenance: null, drawnOrgans: new Set() })
})
