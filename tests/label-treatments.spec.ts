// Labels that are split into left and right, and labels that are brought onto their image: in the dataset, in the viewer
// and in training alike, and never in the files.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../contract/dataset.ts'
import type { Geometry } from '../contract/geometry.ts'
import { readLabels } from '../trainer/preprocessing/read-labels.ts'
import type { Volume } from '../trainer/imaging/volume.ts'
import { truthSegments, truthValues } from '../electron/services/volumes/segments.ts'
import { mergeLabels } from '../electron/services/volumes/merge-labels.ts'
import { toJobDataset } from '../electron/services/runs/organ-union.ts'
import { loadVocabulary } from '../electron/services/vocabulary/load-vocabulary.ts'
import { registerDataset, type RegisterRequest } from '../electron/services/datasets/register-dataset.ts'
import { repairOffers, withRepairs } from '../electron/services/datasets/repairs.ts'
import { temporaryFolder, writeTestFolder, type TestFolder } from '../electron/services/datasets/write-test-folder.ts'

const vocabulary = loadVocabulary()

/** 6 x 8 x 24 voxels of 5 mm; LPS x runs from -60 to 55 mm, so that larger i is more to the left */
const GRID: Geometry = {
  shape: [6, 8, 24],
  spacingMm: [5, 5, 5],
  origin: [-60, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

/** A body in air around the middle of the grid, off by so many voxels. */
function body(seed: number, geometry: Partial<Geometry> = {}): Volume<Int16Array> {
  const grid = { ...GRID, ...geometry }
  const data = Int16Array.from({ length: 6 * 8 * 24 }, (_, at) => {
    const [i, j] = [at % 24, Math.floor(at / 24) % 8]
    return i >= 2 && i < 22 && j > 0 && j < 7 ? ((at * 7 + seed * 13) % 60) + 20 : -1000
  })
  return { data, geometry: grid }
}

/** @param boxes value -> [first i, last i] in the rows 2 to 4 of the slices 1 to 4 */
function boxes(ranges: [number, number, number][], geometry: Partial<Geometry> = {}): Volume<Uint8Array> {
  const data = new Uint8Array(6 * 8 * 24)
  for (const [value, first, last] of ranges) {
    for (let k = 1; k <= 4; k++)
      for (let j = 2; j <= 4; j++) data.fill(value, (k * 8 + j) * 24 + first, (k * 8 + j) * 24 + last + 1)
  }
  return { data, geometry: { ...GRID, ...geometry } }
}

const register = (folder: string, request: Partial<RegisterRequest> = {}, workspaceFolder = temporaryFolder()) =>
  registerDataset({ folder, name: 'study', ...request }, { workspaceFolder, vocabulary })

const hashOf = (root: string, path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('hex')

const kidneys = (): TestFolder => ({
  'labels.csv': 'value,name\n1,Kidneys\n2,Liver\n',
  'images/apart.nii.gz': body(1),
  'labels/apart.nii.gz': boxes([
    [1, 4, 7],
    [1, 15, 18],
    [2, 9, 12],
  ]),
  'images/joined.nii.gz': body(2),
  'labels/joined.nii.gz': boxes([[1, 6, 17]]),
  'images/one.nii.gz': body(3),
  'labels/one.nii.gz': boxes([[1, 4, 7]]),
})

const voxelsOf = (dataset: Dataset, caseId: string): Record<string, number | string> => {
  const { availability } = dataset.cases.find(({ id }) => id === caseId)!
  return Object.fromEntries(Object.entries(availability).map(([organ, { state, voxels }]) => [organ, voxels || state]))
}

describe('a label of both sides', () => {
  it('is one label for two organs until it is split, and says so', async () => {
    const dataset = await register(await writeTestFolder(kidneys()))
    expect(dataset.labels[0]).toMatchObject({ key: '1', organs: ['kidney_left', 'kidney_right'] })
    expect(dataset.cases[0].availability['kidney_left']).toMatchObject({ state: 'merged', voxels: 96 })
  })

  it('is split by parts, by the plane where one part reaches across, and to the one side that is there', async () => {
    const root = await writeTestFolder(kidneys())
    const before = hashOf(root, 'labels/joined.nii.gz')
    const dataset = await register(root, { reading: { splits: ['Kidneys'] } })
    expect(dataset.labels.map(({ key, organs, split }) => [key, organs, split?.side ?? null])).toEqual([
      ['1 (left)', ['kidney_left'], 'left'],
      ['1 (right)', ['kidney_right'], 'right'],
      ['2', ['liver'], null],
    ])
    expect(voxelsOf(dataset, 'apart')).toEqual({ kidney_left: 48, kidney_right: 48, liver: 48 })
    // the body reaches from i = 2 to 21: its median column 11 is right, and so is what lies on the plane
    expect(voxelsOf(dataset, 'joined')).toEqual({ kidney_left: 72, kidney_right: 72, liver: 'absent' })
    expect(voxelsOf(dataset, 'one')).toEqual({ kidney_left: 'absent', kidney_right: 48, liver: 'absent' })
    expect(dataset.cases.map(({ labels }) => labels[0].split?.[0].method)).toEqual(['parts', 'plane', 'one side'])
    expect(dataset.findings).toContainEqual(
      expect.objectContaining({
        code: 'label-split',
        message:
          'The label 1 is split into left and right in 3 cases: 1 by parts that lie apart, 1 cut at the mid-sagittal plane (joined), 1 with voxels on one side alone (one).',
      }),
    )
    expect(hashOf(root, 'labels/joined.nii.gz')).toBe(before)
  })

  it('is split alike in training and in the viewer, in label maps and in masks', async () => {
    const masks: TestFolder = {
      'P1/ct.nii.gz': body(1),
      'P1/masks/kidneys.nii.gz': boxes([
        [1, 4, 7],
        [1, 15, 18],
      ]),
      'P1/masks/liver.nii.gz': boxes([[1, 9, 12]]),
    }
    for (const [folder, split] of [
      [kidneys(), '1'],
      [masks, 'kidneys'],
    ] as const) {
      const dataset = await register(await writeTestFolder(folder), { reading: { splits: [split] } })
      const [first] = dataset.cases
      const { codes, codebook } = await readLabels(toJobDataset(dataset), first, GRID)
      const row = [...codes.subarray((1 * 8 + 2) * 24, (1 * 8 + 3) * 24)].map((code) => codebook[code].join())
      expect(row.slice(4, 8)).toEqual(Array(4).fill(`${split} (right)`))
      expect(row.slice(15, 19)).toEqual(Array(4).fill(`${split} (left)`))

      const values = truthValues(dataset, first)
      const segments = truthSegments(dataset, first, new Map(vocabulary.organs.map((organ) => [organ.id, organ])))
      expect(segments.map(({ name }) => name).sort()).toEqual(['Left kidney', 'Liver', 'Right kidney'])
      const sources = first.labels.map((source) => ({
        root: dataset.root,
        source,
        values: Object.fromEntries(values),
      }))
      const { volume } = await mergeLabels(sources, first.geometry)
      const shown = [...volume.data.subarray((1 * 8 + 2) * 24, (1 * 8 + 3) * 24)]
      expect(shown[4]).toBe(values.get(`${split} (right)`))
      expect(shown[15]).toBe(values.get(`${split} (left)`))
      expect(shown[9]).toBe(values.get(split === '1' ? '2' : 'liver'))
    }
  })

  it('keeps its split, and what was said of it, when the folder is read again', async () => {
    const root = await writeTestFolder({ ...kidneys(), 'labels.csv': 'value,name\n1,both\n2,Liver\n' })
    const workspace = temporaryFolder()
    const organs = ['1=kidneys']
    const first = await register(root, { organs, reading: { splits: ['1'] } }, workspace)
    const again = await register(root, { organs: 'keep' }, workspace)
    expect(again.labels).toEqual(first.labels)
    expect(again.fingerprint).toBe(first.fingerprint)
    const whole = await register(root, { organs: 'keep', reading: { splits: [] } }, workspace)
    expect(whole.labels[0]).toMatchObject({ key: '1', organs: ['kidney_left', 'kidney_right'], mapped: 'user' })
    expect(whole.fingerprint).not.toBe(first.fingerprint)
  })

  it.each([
    ['2', /stands for liver; expected organs of both sides/],
    ['7', /no label is called so; the dataset has 1, 2/],
  ])('refuses to split %s', async (split, message) => {
    const refused = register(await writeTestFolder(kidneys()), { reading: { splits: [split] } })
    await expect(refused).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) })
  })
})

describe('a label beside its image', () => {
  const moved = { origin: [-60, 20, 0] as [number, number, number] }
  /** The image is brighter where the organ is, voxel for voxel. */
  function bright(label: Volume<Uint8Array>, seed: number): Volume<Int16Array> {
    const image = body(seed)
    const data = image.data.map((value, at) => (label.data[at] ? 500 : value))
    return { data, geometry: GRID }
  }
  const study = (): TestFolder => ({
    'labels.csv': 'value,name\n1,Liver\n',
    'images/good.nii.gz': body(1),
    'labels/good.nii.gz': boxes([[1, 9, 12]]),
    'images/moved.nii.gz': bright(boxes([[1, 9, 12]]), 2),
    'labels/moved.nii.gz': boxes([[1, 9, 12]], moved),
  })

  it('is excluded, and offers what could be done', async () => {
    const dataset = await register(await writeTestFolder(study()))
    expect(dataset.cases[1]).toMatchObject({ status: 'excluded', misfits: [{ path: 'labels/moved.nii.gz' }] })
    expect(repairOffers(dataset)).toEqual([
      {
        ...{ caseId: 'moved', files: ['labels/moved.nii.gz'], differenceMm: 20, chosen: null },
        repairs: ['image-grid', 'resample'],
      },
    ])
  })

  it.each([
    ['image-grid', [2, 3, 4]],
    ['resample', [6, 7]],
  ] as const)('is usable after %s, which is recorded and can be taken back', async (repair, rows) => {
    const root = await writeTestFolder(study())
    const workspace = temporaryFolder()
    const before = hashOf(root, 'labels/moved.nii.gz')
    const found = await register(root, {}, workspace)
    const repairs = withRepairs(found, ['moved'], repair, '2026-01-02T03:04:05.000Z')
    const dataset = await register(root, { organs: 'keep', choices: { repairs } }, workspace)
    const [, each] = dataset.cases
    expect(each).toMatchObject({ status: 'ok', labels: [{ repair }] })
    expect(dataset.choices?.repairs).toEqual([{ caseId: 'moved', repair, at: '2026-01-02T03:04:05.000Z' }])
    expect(dataset.findings).toContainEqual(expect.objectContaining({ code: 'label-repaired', caseId: 'moved' }))
    const { codes } = await readLabels(toJobDataset(dataset), each, GRID)
    const labelled = [0, 1, 2, 3, 4, 5, 6, 7].filter((j) => codes[(1 * 8 + j) * 24 + 9] !== 0)
    expect(labelled).toEqual(rows)
    expect(hashOf(root, 'labels/moved.nii.gz')).toBe(before)

    const back = await register(
      root,
      { organs: 'keep', choices: { repairs: withRepairs(dataset, ['moved'], null, '') } },
      workspace,
    )
    expect(back.cases[1].status).toBe('excluded')
    expect(back.fingerprint).toBe(found.fingerprint)
  })

  it('of another number of voxels can be resampled alone, and one far away not at all', async () => {
    const half: Volume<Uint8Array> = {
      data: boxes([[1, 9, 12]]).data.filter((_, at) => Math.floor(at / 192) % 2 === 1),
      geometry: { ...GRID, shape: [3, 8, 24], spacingMm: [10, 5, 5], origin: [-60, 0, 5] },
    }
    const far = boxes([[1, 9, 12]], { origin: [900, 0, 0], spacingMm: [5, 5, 5], shape: GRID.shape })
    const root = await writeTestFolder({
      ...study(),
      'labels/moved.nii.gz': half,
      'images/far.nii.gz': body(4),
      'labels/far.nii.gz': far,
    })
    const dataset = await register(root)
    expect(repairOffers(dataset).map(({ caseId, repairs }) => [caseId, repairs])).toEqual([
      ['far', ['image-grid']],
      ['moved', ['resample']],
    ])
    expect(() => withRepairs(dataset, ['moved'], 'image-grid', '')).toThrow(
      /does not fit its labels \(fitting: resample/,
    )
    expect(() => withRepairs(dataset, ['good'], 'resample', '')).toThrow(/Case good of study has no label that lies/)
  })
})

describe('labels that were drawn in some cases only', () => {
  it('masks: a missing one is unlabelled; kidneys drawn as one do not make the left kidney background', async () => {
    const dataset = await register(
      await writeTestFolder({
        'P1/ct.nii.gz': body(1),
        'P1/masks/kidney_left.nii.gz': boxes([[1, 15, 18]]),
        'P2/ct.nii.gz': body(2),
        'P2/masks/kidneys.nii.gz': boxes([[1, 4, 7]]),
      }),
    )
    expect(dataset.cases.map(({ drawn }) => drawn)).toEqual([['kidney_left'], ['kidneys']])
    expect(voxelsOf(dataset, 'P1')).toEqual({ kidney_left: 48, kidney_right: 'unlabelled' })
    expect(dataset.cases[1].availability['kidney_left'].state).toBe('merged')
  })

  it('label maps: a value that a case lacks is absent, unless it is said that it was not drawn there', async () => {
    const root = await writeTestFolder(kidneys())
    const said = await register(root, { choices: { notDrawn: ['2'] } })
    expect(said.cases.map(({ availability }) => availability['liver'].state)).toEqual([
      'labelled',
      'unlabelled',
      'unlabelled',
    ])
    expect((await register(root)).cases[1].availability['liver'].state).toBe('absent')
  })
})
