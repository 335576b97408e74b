// Every kind of damage gives its finding, excludes its case (or only warns), and loses nothing else.
import { chmodSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DatasetSchema } from '../../../contract/dataset.ts'
import type { FindingCode } from '../../../contract/finding.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { registerDataset } from './register-dataset.ts'
import {
  GRID,
  findingsOf,
  imageVolume,
  labelVolume,
  temporaryFolder,
  type TestFolder,
  withData,
  writeTestFolder,
} from './write-test-folder.ts'

const image = imageVolume(9)
const label = labelVolume({ 10: [1, 2, 4] })
const good: TestFolder = {
  'labels.csv': 'value,name\n10,Mandible\n20,Larynx\n',
  'images/A.nii.gz': imageVolume(1),
  'labels/A.nii.gz': labelVolume({ 10: [1, 2, 3], 20: [1, 1, 2] }),
  'images/B.nii.gz': imageVolume(2),
  'labels/B.nii.gz': labelVolume({ 10: [1, 2, 5] }),
}

async function register(root: string) {
  const dataset = await registerDataset(
    { folder: root, name: 'damaged' },
    { workspaceFolder: temporaryFolder(), vocabulary: loadVocabulary() },
  )
  return DatasetSchema.parse(dataset)
}

/** The case X as an image and a label, each of which may be replaced or left out. */
const caseX = (replaced: TestFolder, without: 'image' | 'label' | null = null): TestFolder => ({
  ...(without === 'image' ? {} : { 'images/X.nii.gz': image }),
  ...(without === 'label' ? {} : { 'labels/X.nii.gz': label }),
  ...replaced,
})

const floats = (change: (values: Float32Array) => void) => {
  const data = Float32Array.from(image.data)
  change(data)
  return withData(image, data)
}

const fourDimensional = (): Uint8Array => {
  const bytes = Buffer.alloc(352 + 16)
  bytes.writeInt32LE(348, 0)
  ;[4, 2, 2, 2, 2, 1, 1, 1].forEach((size, at) => bytes.writeInt16LE(size, 40 + 2 * at))
  bytes.writeInt16LE(2, 70)
  bytes.writeInt16LE(8, 72)
  ;[1, 1, 1, 1, 1].forEach((size, at) => bytes.writeFloatLE(size, 76 + 4 * at))
  bytes.writeFloatLE(352, 108)
  bytes.write('n+1\0', 344, 'latin1')
  return bytes
}

const moved = { ...label, geometry: { ...GRID, origin: [-10, 23, 30] as [number, number, number] } }
const flipped = { ...label, geometry: { ...GRID, direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] } }
const respaced = { ...label, geometry: { ...GRID, spacingMm: [2, 1, 1.5] as [number, number, number] } }
const differentShape = labelVolume({ 10: [1, 1, 2] }, { shape: [3, 5, 6] })

const excluding: [string, TestFolder, FindingCode, RegExp][] = [
  ['a missing image', caseX({}, 'image'), 'missing-image', /has no image file beside labels\/X/],
  ['a missing label', caseX({}, 'label'), 'missing-label', /has no label file beside images\/X/],
  [
    'a truncated image',
    caseX({ 'images/X.nii.gz': gzipSync(Buffer.alloc(900)).subarray(0, 12) }),
    'unreadable-image',
    /Case X/,
  ],
  ['a text file for an image', caseX({ 'images/X.nii.gz': 'not an image' }), 'unreadable-image', /inside the header/],
  ['an image of zero bytes', caseX({ 'images/X.nii.gz': '' }), 'unreadable-image', /is empty/],
  ['a label of zero bytes', caseX({ 'labels/X.nii.gz': '' }), 'unreadable-label', /is empty/],
  ['a text file for a label', caseX({ 'labels/X.nii.gz': 'x'.repeat(400) }), 'unreadable-label', /not a NIfTI file/],
  ['a 4D image', caseX({ 'images/X.nii.gz': fourDimensional() }), 'not-three-dimensional', /several volumes/],
  ['another shape', caseX({ 'labels/X.nii.gz': differentShape }), 'shape-mismatch', /4 x 5 x 6 differs from 3 x 5 x 6/],
  [
    'another origin',
    caseX({ 'labels/X.nii.gz': moved }),
    'geometry-mismatch',
    /3\.00 mm apart: origin.*organ-mosaic repair/,
  ],
  ['another spacing', caseX({ 'labels/X.nii.gz': respaced }), 'geometry-mismatch', /2\.50 mm apart: spacing/],
  ['a flipped direction', caseX({ 'labels/X.nii.gz': flipped }), 'geometry-mismatch', /10\.00 mm apart: direction/],
  [
    'NaN in the image',
    caseX({ 'images/X.nii.gz': floats((values) => values.fill(NaN, 3, 7)) }),
    'not-finite',
    /4 of 120 voxels/,
  ],
  [
    'infinity in the image',
    caseX({ 'images/X.nii.gz': floats((values) => values.fill(Infinity, 3, 4)) }),
    'not-finite',
    /1 of 120/,
  ],
  [
    'a constant image',
    caseX({ 'images/X.nii.gz': floats((values) => values.fill(7)) }),
    'constant-image',
    /every voxel of the image is 7/,
  ],
  [
    'a label that was interpolated',
    caseX({
      'labels/X.nii.gz': withData(
        label,
        Float32Array.from(label.data, (v) => v / 4),
      ),
    }),
    'non-integer-label',
    /holds 2\.5;/,
  ],
  [
    'NaN in the label',
    caseX({
      'labels/X.nii.gz': withData(
        label,
        Float32Array.from(label.data, (v) => v || NaN),
      ),
    }),
    'non-integer-label',
    /holds NaN/,
  ],
  [
    'an undeclared value',
    caseX({ 'labels/X.nii.gz': labelVolume({ 10: [1, 1, 2], 7: [1, 1, 3] }) }),
    'unknown-label-value',
    /value 7 \(3 voxels\); expected 0, 10, 20/,
  ],
  [
    'a negative value',
    caseX({
      'labels/X.nii.gz': withData(
        label,
        Int16Array.from(label.data, (v) => -v),
      ),
    }),
    'unknown-label-value',
    /value -10 /,
  ],
  [
    'the image of another case',
    caseX({ 'images/X.nii.gz': imageVolume(1) }),
    'duplicate-image',
    /same voxels as that of case A/,
  ],
  ['two files for one image', caseX({ 'images/X.nii': image }), 'ambiguous-file', /expected one image, found 2/],
  ['two files for one label', caseX({ 'labels/X.nii': label }), 'ambiguous-file', /expected one label, found 2/],
  [
    'a folder named like an image',
    caseX({ 'images/X.nii.gz/readme.txt': 'x' }, 'image'),
    'missing-image',
    /no image file/,
  ],
]

describe('a case with', () => {
  it.each(excluding)('%s is excluded with its reason', async (_what, broken, code, message) => {
    const dataset = await register(await writeTestFolder({ ...good, ...broken }))
    expect(dataset.cases.map((each) => [each.id, each.status])).toEqual([
      ['A', 'ok'],
      ['B', 'ok'],
      ['X', 'excluded'],
    ])
    const errors = findingsOf(dataset).filter((finding) => finding.severity === 'error')
    expect(errors.map((finding) => [finding.code, finding.caseId])).toEqual([[code, 'X']])
    expect(errors[0].message).toMatch(message)
    expect(dataset.cases[2]).toMatchObject({ status: 'excluded', excludedReason: errors[0].message })
  })

  it.each<[string, TestFolder, FindingCode, RegExp]>([
    [
      'a grid that drifts',
      caseX({ 'labels/X.nii.gz': { ...label, geometry: { ...GRID, origin: [-10, 20.05, 30] } } }),
      'geometry-drift',
      /0\.05 mm apart/,
    ],
    ['no labelled voxel', caseX({ 'labels/X.nii.gz': labelVolume({}) }), 'all-labels-empty', /no voxel is labelled/],
  ])('%s is used, with a warning', async (_what, odd, code, message) => {
    const dataset = await register(await writeTestFolder({ ...good, ...odd }))
    expect(dataset.cases.map((each) => each.status)).toEqual(['ok', 'ok', 'ok'])
    const [first, ...others] = findingsOf(dataset)
    expect(first).toMatchObject({ severity: 'warning', code, caseId: 'X' })
    expect(first.message).toMatch(message)
    // A case without labels is also one of the dataset that lacks an organ which the others have.
    expect(others.map((other) => other.code)).toEqual(code === 'all-labels-empty' ? ['sometimes-absent'] : [])
  })

  it.each<[string, 'images' | 'labels', number, FindingCode]>([
    ['an image that ends half way', 'images', 0.5, 'unreadable-image'],
    ['an image that lacks its last bytes', 'images', 0.97, 'unreadable-image'],
    ['a label that lacks its last bytes', 'labels', 0.95, 'unreadable-label'],
  ])('%s is excluded', async (_what, folder, share, code) => {
    const root = await writeTestFolder({ ...good, ...caseX({}) })
    const path = join(root, folder, 'X.nii.gz')
    truncateSync(path, Math.floor(statSync(path).size * share))
    const dataset = await register(root)
    expect(dataset.cases.map((each) => each.status)).toEqual(['ok', 'ok', 'excluded'])
    expect(findingsOf(dataset)).toMatchObject([{ severity: 'error', code, caseId: 'X' }])
    expect(findingsOf(dataset)[0].message).toMatch(/is truncated/)
  })

  it('a link that leads nowhere is excluded', async () => {
    const root = await writeTestFolder({ ...good, ...caseX({}, 'image') })
    symlinkSync(join(root, 'gone.nii.gz'), join(root, 'images', 'X.nii.gz'))
    const dataset = await register(root)
    expect(dataset.cases.map((each) => each.status)).toEqual(['ok', 'ok', 'excluded'])
    expect(findingsOf(dataset)).toMatchObject([{ code: 'unreadable-image', caseId: 'X' }])
  })

  it.skipIf(process.getuid?.() === 0)('no permission to read it is excluded (not testable as root)', async () => {
    const root = await writeTestFolder({ ...good, ...caseX({}) })
    chmodSync(join(root, 'images', 'X.nii.gz'), 0)
    const dataset = await register(root)
    expect(findingsOf(dataset)).toMatchObject([{ code: 'unreadable-image', caseId: 'X' }])
  })
})

describe('a folder with', () => {
  it('nothing but bad cases is registered all the same', async () => {
    const dataset = await register(await writeTestFolder({ 'images/A.nii': '', 'labels/A.nii': '' }))
    expect(dataset.cases).toMatchObject([{ id: 'A', status: 'excluded', geometry: null, imageHash: null }])
    expect(findingsOf(dataset).map((finding) => finding.code)).toEqual(['unreadable-image', 'unreadable-label'])
  })

  it('volumes that belong to no case says so', async () => {
    const dataset = await register(await writeTestFolder({ ...good, 'old/A.nii.gz': image, '._junk.nii.gz': 'x' }))
    expect(findingsOf(dataset)).toMatchObject([{ severity: 'info', code: 'ambiguous-file' }])
    expect(findingsOf(dataset)[0].message).toContain(
      '1 image file belongs to no case and is not registered: old/A.nii.gz.',
    )
  })

  it('mask files reports several values, overlaps and empty masks', async () => {
    const dataset = await register(
      await writeTestFolder({
        'P 1/ct.nii.gz': imageVolume(1),
        'P 1/masks/mandible.nii.gz': labelVolume({ 1: [1, 2, 3] }),
        'P 1/masks/larynx.nii.gz': labelVolume({ 1: [2, 2, 3] }),
        'P 1/masks/brainstem.nii.gz': labelVolume({}),
        'Pä2/ct.nii.gz': imageVolume(2),
        'Pä2/masks/mandible.nii.gz': labelVolume({ 1: [1, 1, 1], 2: [1, 1, 1] }),
      }),
    )
    expect(dataset.cases.map((each) => [each.id, each.status])).toEqual([
      ['P 1', 'ok'],
      ['Pä2', 'excluded'],
    ])
    const found = findingsOf(dataset).map(({ severity, code, caseId, organ }) => [severity, code, caseId, organ])
    expect(found).toEqual([
      ['warning', 'label-overlap', 'P 1', null],
      ['info', 'empty-label', 'P 1', 'brainstem'],
      ['error', 'unknown-label-value', 'Pä2', null],
    ])
    expect(findingsOf(dataset)[0].message).toContain('share 3 voxels')
    expect(findingsOf(dataset)[2].message).toContain('holds the values 1, 2')
  })
})
