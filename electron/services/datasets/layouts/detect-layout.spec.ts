import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DatasetRole } from '../../../../contract/dataset.ts'
import { listFolder } from '../list-folder.ts'
import { writeTestFolder } from '../write-test-folder.ts'
import { detectLayout } from './index.ts'

/** Detectors look at names, so empty files do for volumes. */
async function detect(paths: readonly string[], texts: Record<string, string> = {}, role: DatasetRole = 'train') {
  const root = await writeTestFolder({ ...Object.fromEntries(paths.map((path) => [path, ''])), ...texts })
  const match = await detectLayout(await listFolder(root), role)
  return {
    ...match,
    pairs: match.cases.map((found) => [found.id, found.images[0], found.labels.map((label) => label.path)]),
  }
}

const json = (content: unknown) => ({ 'dataset.json': JSON.stringify(content) })
const nnunetPaths = ['imagesTr/A_0000.nii.gz', 'labelsTr/A.nii.gz', 'imagesTr/B_0000.nii.gz', 'labelsTr/B.nii.gz']
const liver = { channel_names: { 0: 'CT' }, labels: { background: 0, liver: 1 } }

describe('nnU-Net and Decathlon folders', () => {
  it('strips the channel number and orders labels by value', async () => {
    const labels = { spleen: 2, background: 0, liver: 1 }
    const found = await detect(['imagesTr/._A_0000.nii.gz', ...nnunetPaths], json({ ...liver, labels }))
    expect(found).toMatchObject({ layout: 'nnunet', channels: [{ name: 'CT', modality: 'CT' }] })
    expect(found.labels).toEqual([
      { key: '1', sourceName: 'liver' },
      { key: '2', sourceName: 'spleen' },
    ])
    expect(found.pairs).toEqual([
      ['A', 'imagesTr/A_0000.nii.gz', ['labelsTr/A.nii.gz']],
      ['B', 'imagesTr/B_0000.nii.gz', ['labelsTr/B.nii.gz']],
    ])
  })

  it('reads the Decathlon: value to name, and a listed case without its files stays', async () => {
    const training = ['h_001', 'h_002'].map((id) => ({
      image: `./imagesTr/${id}.nii.gz`,
      label: `./labelsTr/${id}.nii.gz`,
    }))
    const description = {
      name: 'Hippocampus',
      modality: { 0: 'MRI' },
      labels: { 0: 'background', 1: 'Anterior' },
      training,
    }
    const found = await detect(['imagesTr/h_001.nii.gz', 'labelsTr/h_001.nii.gz'], json(description))
    expect(found).toMatchObject({
      title: 'Hippocampus',
      channels: [{ name: 'MRI', modality: 'MR' }],
      labels: [{ key: '1', sourceName: 'Anterior' }],
    })
    expect(found.pairs).toEqual([
      ['h_001', 'imagesTr/h_001.nii.gz', ['labelsTr/h_001.nii.gz']],
      ['h_002', null, []],
    ])
  })

  it.each<[DatasetRole, string]>([
    ['train', 'A'],
    ['test', 'T'],
  ])('takes the split that fits role %s', async (role, id) => {
    const paths = ['imagesTr/A_0000.nii', 'labelsTr/A.nii', 'imagesTs/T_0000.nii', 'labelsTs/T.nii']
    expect((await detect(paths, json(liver), role)).pairs.map(([found]) => found)).toEqual([id])
  })

  it.each<DatasetRole>(['train', 'test'])('takes the only split there is, for role %s', async (role) => {
    expect((await detect(['imagesTs/T_0000.nii', 'labelsTs/T.nii'], json(liver), role)).pairs).toHaveLength(1)
    expect((await detect(nnunetPaths, json(liver), role)).pairs).toHaveLength(2)
  })

  it('keeps cases that lack one side and does not guess between two files', async () => {
    const found = await detect([...nnunetPaths, 'imagesTr/C_0000.nii', 'labelsTr/D.nii', 'labelsTr/A.nii'], json(liver))
    expect(found.pairs.slice(2)).toEqual([
      ['C', 'imagesTr/C_0000.nii', []],
      ['D', null, ['labelsTr/D.nii']],
    ])
    expect(found.cases[0].problems).toMatchObject([{ code: 'ambiguous-file', severity: 'error', caseId: 'A' }])
  })

  it.each([
    ['empty object', '{}', /declares no "labels"/],
    ['empty file', '', /is not JSON/],
    ['broken JSON', '{"labels": {', /is not JSON/],
    ['labels of the wrong kind', '{"labels": [1]}', /not as nnU-Net writes it: labels/],
    ['background only', '{"labels": {"background": 0}}', /background only/],
    ['a value twice', '{"labels": {"a": 1, "b": 1}}', /two labels have the value 1/],
    ['values twice', '{"labels": {"a": [1, 2], "b": [2, 1]}}', /two labels have the values 1, 2/],
    ['a negative value beside nested regions', '{"labels": {"a": [1, 2], "b": 2, "c": -1}}', /and the value -1/],
    ['an empty region', '{"labels": {"tumour": []}}', /is a region of the values \(none\); expected integers above 0/],
    ['a region of nothing', '{"labels": {"tumour": [0, 1.5]}}', /is a region of the values 0, 1.5/],
    ['no integer', '{"labels": {"a": "b"}}', /expected an integer value, got "b"/],
    ['ignore label', '{"labels": {"a": 1, "ignore": 2}}', /"ignore" label \(value 2\)/],
  ])('refuses a dataset.json with %s', async (_what, text, message) => {
    await expect(detect(nnunetPaths, { 'dataset.json': text })).rejects.toThrow(message)
  })

  it('refuses a second channel that dataset.json does not mention', async () => {
    await expect(detect([...nnunetPaths, 'imagesTr/A_0001.nii.gz'], json(liver))).rejects.toThrow(/A_0001.nii.gz/)
  })

  it("lets another tool's dataset.json pass to the next detector", async () => {
    const found = await detect(['images/A.nii', 'labels/A.nii'], { 'dataset.json': '{"owner": "someone"}' })
    expect(found.layout).toBe('paired')
  })
})

describe('folders a patient', () => {
  it('takes masks from a subfolder; what one patient lacks stays out of its case', async () => {
    const found = await detect([
      'P1/ct.nii.gz',
      'P1/segmentations/liver.nii.gz',
      'P1/segmentations/spleen.nii.gz',
      'P2/ct.nii.gz',
      'P2/segmentations/spleen.nii.gz',
      'P3/ct.nii.gz',
      'P4/masks/liver.nii.gz',
    ])
    expect(found).toMatchObject({ layout: 'organ-files', channels: [{ name: null, modality: 'CT' }] })
    expect(found.labels?.map((label) => label.key)).toEqual(['liver', 'spleen'])
    expect(found.pairs).toEqual([
      ['P1', 'P1/ct.nii.gz', ['P1/segmentations/liver.nii.gz', 'P1/segmentations/spleen.nii.gz']],
      ['P2', 'P2/ct.nii.gz', ['P2/segmentations/spleen.nii.gz']],
      ['P3', 'P3/ct.nii.gz', []],
      ['P4', null, ['P4/masks/liver.nii.gz']],
    ])
  })

  it.each([
    ['masks beside the image', 'P1/t1.nii', 'P1/liver.nii'],
    ['the patient in every name', 'P1/P1_t1.nii', 'P1/P1-liver.nii'],
    ['the image named like the patient', 'P1/P1.nii', 'P1/masks/P1_liver.nii'],
  ])('finds %s', async (_what, image, mask) => {
    const found = await detect([image, mask])
    expect(found.pairs).toEqual([['P1', image, [mask]]])
    expect(found.cases[0].labels).toMatchObject([{ labelKey: 'liver' }])
  })

  it('does not guess between two files of one image', async () => {
    const found = await detect(['P1/ct.nii', 'P1/ct.nii.gz', 'P1/masks/liver.nii'])
    expect(found.cases[0].problems).toMatchObject([{ code: 'ambiguous-file', caseId: 'P1' }])
  })
})

describe('paired folders', () => {
  it.each([
    ['the same name', 'images/P1.nii.gz', 'labels/P1.nii.gz', 'P1'],
    ['a suffix', 'img/P1.nii.gz', 'seg/P1_seg.nii.gz', 'P1'],
    ['a suffix on both', 'images/P1_ct.nii', 'masks/P1-label.nii', 'P1_ct'],
    ['a prefix without separator', 'Images/img0001.nii', 'Labels/label0001.nii', 'img0001'],
    ['a prefix', 'scans/volume-12.nii', 'gt/segmentation-12.nii', 'volume-12'],
    ['a channel number', 'imagesTr/P1_0000.nii', 'labelsTr/P1.nii', 'P1'],
  ])('matches %s', async (_what, image, label, id) => {
    const found = await detect([image, label])
    expect(found).toMatchObject({ layout: 'paired', labels: null })
    expect(found.pairs).toEqual([[id, image, [label]]])
  })

  it('keeps apart names that differ by an affix only', async () => {
    const found = await detect(['images/P1.nii', 'images/P1_ct.nii', 'labels/P1.nii', 'labels/P1_seg.nii'])
    expect(found.pairs).toEqual([
      ['P1_ct', 'images/P1_ct.nii', []],
      ['P1', 'images/P1.nii', ['labels/P1.nii']],
      ['P1_seg', null, ['labels/P1_seg.nii']],
    ])
  })

  it.each([
    ['with a header', 'value,name\n10,Mandible\n20,Larynx\n'],
    ['without a header', '10,Mandible\n20,Larynx'],
    ['columns exchanged', 'organ;label\r\nMandible;10\r\nLarynx;20\r\n'],
    ['tabs, quotes, byte order mark, background', '\uFEFFid\tname\n0\tbackground\n10\t"Mandible"\n\n20\tLarynx'],
  ])('reads labels.csv %s', async (_what, text) => {
    const found = await detect(['images/a.nii', 'labels/a.nii'], { 'labels.csv': text })
    expect(found.labels).toEqual([
      { key: '10', sourceName: 'Mandible' },
      { key: '20', sourceName: 'Larynx' },
    ])
  })

  it.each([
    ['no value', 'value,name\n10,Mandible\nx,Larynx', /row 3 is "x,Larynx"/],
    ['no name', 'value,name\n10,', /value 10 has no name/],
    ['a value twice', 'value,name\n10,a\n10,b', /value 10 is named twice/],
    ['nothing', '', /expected a column of integer values/],
  ])('refuses a labels.csv with %s', async (_what, text, message) => {
    await expect(detect(['images/a.nii', 'labels/a.nii'], { 'labels.csv': text })).rejects.toThrow(message)
  })
})

describe('the chain', () => {
  it('says what each layout expects and what the folder has when none fits', async () => {
    const found = detect(['scans/a.dcm', 'scans/b.dcm', 'notes.txt', 'x/y.nii'])
    await expect(found).rejects.toMatchObject({ code: 'invalid-data' })
    await expect(found).rejects.toThrow(
      /manifest.*\n.*nnU-Net.*\n.*BIDS.*\n.*folder a patient.*\n.*paired.*\n.*DICOM.*\nFound: files: 1 .txt, 2 .dcm, 1 image/,
    )
  })

  it('survives an empty folder, links in circles, spaces and unicode', async () => {
    await expect(detect([])).rejects.toThrow('Found: nothing.')
    const root = await writeTestFolder({ 'Patient ä 1/ct.nii': '', 'Patient ä 1/masks/Leber groß.nii': '' })
    symlinkSync(root, join(root, 'Patient ä 1', 'loop'))
    symlinkSync(join(root, 'nowhere'), join(root, 'Patient ä 1', 'masks', 'spleen.nii'))
    const listing = await listFolder(root)
    expect(listing.files).toEqual([
      'Patient ä 1/ct.nii',
      'Patient ä 1/masks/Leber groß.nii',
      'Patient ä 1/masks/spleen.nii',
    ])
    expect((await detectLayout(listing, 'train')).cases).toMatchObject([
      { id: 'Patient ä 1', images: ['Patient ä 1/ct.nii'] },
    ])
  })

  it('names a folder that is missing or a file', async () => {
    const root = await writeTestFolder({ 'a.txt': '' })
    await expect(listFolder(join(root, 'b'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(listFolder(join(root, 'a.txt'))).rejects.toMatchObject({ code: 'usage' })
    expect(existsSync(join(root, 'a.txt'))).toBe(true)
  })
})
