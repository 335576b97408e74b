import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { writeNifti } from '../../trainer/imaging/nifti/write-nifti.ts'
import { makeHippocampusViews } from './make-hippocampus-views.ts'

const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-views-'))
const task04 = join(folder, 'Task04_Hippocampus')
const geometry = {
  shape: [1, 1, 3] as [number, number, number],
  spacingMm: [1, 1, 1] as [number, number, number],
  origin: [0, 0, 0] as [number, number, number],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

beforeAll(async () => {
  for (const sub of ['imagesTr', 'labelsTr']) mkdirSync(join(task04, sub), { recursive: true })
  for (const n of [5, 1, 4, 2, 3]) {
    const id = `hippocampus_00${n}.nii.gz`
    await writeNifti(join(task04, 'imagesTr', id), { data: Float32Array.of(n, 0, 0), geometry })
    await writeNifti(join(task04, 'labelsTr', id), { data: Uint8Array.of(0, 1, 2), geometry })
  }
})

const labelOf = async (...path: string[]) => [...(await readNifti(join(folder, ...path))).volume.data]

test('the first cases keep the anterior part, the next the posterior, the last both', async () => {
  const views = await makeHippocampusViews(task04, join(folder, 'views'), { anterior: 2, posterior: 1, test: 2 })
  expect(views.map((view) => readdirSync(view).sort())).toEqual([
    ['dataset.json', 'imagesTr', 'labelsTr'],
    ['dataset.json', 'imagesTr', 'labelsTr'],
    ['dataset.json', 'imagesTs', 'labelsTs'],
    ['dataset.json', 'imagesTr', 'labelsTr'],
  ])
  expect(await labelOf('views/anterior/labelsTr/hippocampus_002.nii.gz')).toEqual([0, 1, 0])
  expect(await labelOf('views/posterior/labelsTr/hippocampus_003.nii.gz')).toEqual([0, 0, 2])
  expect(await labelOf('views/test/labelsTs/hippocampus_005.nii.gz')).toEqual([0, 1, 2])
  expect(readdirSync(join(folder, 'views/test/imagesTs'))).toEqual([
    'hippocampus_004_0000.nii.gz',
    'hippocampus_005_0000.nii.gz',
  ])
  expect(readdirSync(join(folder, 'views/reference/labelsTr'))).toHaveLength(3)
  const description: unknown = JSON.parse(readFileSync(join(folder, 'views/posterior/dataset.json'), 'utf8'))
  expect(description).toMatchObject({ labels: { background: 0, hippocampus_posterior: 2 }, numTraining: 1 })
  // One image in two views is one file.
  expect(statSync(join(folder, 'views/anterior/imagesTr/hippocampus_001_0000.nii.gz')).nlink).toBe(3)
})

test('too few cases, a folder without cases, a view that exists', async () => {
  const sizes = { anterior: 2, posterior: 2, test: 2 }
  await expect(makeHippocampusViews(task04, join(folder, 'more'), sizes)).rejects.toThrow('at least 6 cases, found 5')
  await expect(makeHippocampusViews(folder, join(folder, 'more'))).rejects.toThrow('no imagesTr and labelsTr')
  const again = makeHippocampusViews(task04, join(folder, 'views'), { anterior: 1, posterior: 1, test: 1 })
  await expect(again).rejects.toThrow('exists already')
})
