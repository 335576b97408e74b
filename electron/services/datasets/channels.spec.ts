// Several image channels a case, from the names of files to what is registered: real files, read by the real readers.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Case } from '../../../contract/case.ts'
import { DatasetSchema, type FolderReading } from '../../../contract/dataset.ts'
import { PlanSchema } from '../../../contract/plan.ts'
import { hashVolume } from '../../../trainer/imaging/hash.ts'
import { craftGzip } from '../../../trainer/imaging/nifti/craft-nifti.ts'
import { writeDicomPatient } from '../../../tests/helpers/dicom-site.ts'
import { exampleVocabulary } from '../fixtures/example-dataset.ts'
import { detectLayout } from './layouts/index.ts'
import { listFolder } from './list-folder.ts'
import { registerDataset } from './register-dataset.ts'
import {
  GRID,
  imageVolume,
  labelVolume,
  temporaryFolder,
  writeTestFolder,
  type TestFolder,
} from './write-test-folder.ts'

/** Detectors look at names, so empty files do for volumes. */
async function detect(paths: readonly string[], texts: Record<string, string> = {}, reading: FolderReading = {}) {
  const root = await writeTestFolder({ ...Object.fromEntries(paths.map((path) => [path, ''])), ...texts })
  const match = await detectLayout(await listFolder(root), 'train', reading)
  return {
    channels: match.channels.map(({ name, modality }) => [name, modality]),
    images: match.cases.map(({ id, images }) => [id, ...images]),
    problems: match.cases.flatMap(({ problems }) => problems.map(({ message }) => message)),
  }
}

const described = (channels: object, key = 'channel_names') => ({
  'dataset.json': JSON.stringify({ [key]: channels, labels: { background: 0, liver: 1 } }),
})
const two = { 0: 'T1', 1: 'CT' }
const nnunet = ['imagesTr/A_0000.nii', 'imagesTr/A_0001.nii', 'labelsTr/A.nii']

describe('channels are found', () => {
  it.each(['channel_names', 'modality'])('in the files of an nnU-Net dataset, named by its %s', async (key) => {
    expect(await detect(nnunet, described(two, key))).toEqual({
      channels: [
        ['T1', 'MR'],
        ['CT', 'CT'],
      ],
      images: [['A', 'imagesTr/A_0000.nii', 'imagesTr/A_0001.nii']],
      problems: [],
    })
  })

  it('and a case that lacks one is kept, with what is missing', async () => {
    const found = await detect([...nnunet, 'imagesTr/B_0001.nii', 'labelsTr/B.nii'], described(two))
    expect(found.images[1]).toEqual(['B', null, 'imagesTr/B_0001.nii'])
    expect(found.problems).toEqual([
      'Case B has no image of channel T1 beside imagesTr/B_0001.nii; add it, or remove the case.',
    ])
  })

  it('in the volumes of a Decathlon task, or one of them is chosen', async () => {
    const paths = ['imagesTr/brats_1.nii', 'labelsTr/brats_1.nii']
    const all = await detect(paths, described(two, 'modality'))
    expect(all.images).toEqual([['brats_1', 'imagesTr/brats_1.nii#volume=1', 'imagesTr/brats_1.nii#volume=2']])
    const one = await detect(paths, described(two, 'modality'), { volume: 2 })
    expect(one).toMatchObject({ channels: [['CT', 'CT']], images: [['brats_1', 'imagesTr/brats_1.nii']] })
  })

  it('in the columns of a table, named or repeated', async () => {
    const files = ['a1.nii', 'a2.nii', 'seg.nii']
    const named = await detect(files, { 'manifest.csv': 'case,image_T1,image_T2,label\nA,a1.nii,a2.nii,seg.nii\n' })
    expect(named.channels).toEqual([
      ['T1', 'MR'],
      ['T2', 'MR'],
    ])
    const repeated = await detect(files, { 'manifest.csv': 'case,image,image,label\nA,a1.nii,a2.nii,seg.nii\n' })
    expect(repeated.images).toEqual([['A', 'a1.nii', 'a2.nii']])
    const lacking = await detect(files, { 'manifest.csv': 'case,image_T1,image_T2,label\nA,a1.nii,,seg.nii\n' })
    expect(lacking.problems).toEqual(['Case A has no image of channel T2 beside a1.nii; add it, or remove the case.'])
  })

  it('in a folder a patient, where most patients have them', async () => {
    const patient = (id: string) => [`${id}/t1.nii`, `${id}/t2.nii`, `${id}/masks/liver.nii`]
    const found = await detect([...patient('P1'), ...patient('P2'), 'P3/t1.nii', 'P3/masks/liver.nii', 'P1/ct.nii'])
    expect(found.channels.map(([name]) => name)).toEqual(['t1', 't2'])
    expect(found.images).toEqual([
      ['P1', 'P1/t1.nii', 'P1/t2.nii'],
      ['P2', 'P2/t1.nii', 'P2/t2.nii'],
      ['P3', 'P3/t1.nii', null],
    ])
  })

  it('by a pattern, and by numbers in paired folders', async () => {
    const patterns = { images: 'x/{case}-{channel}.nii', labels: 'y/{case}.nii' }
    const found = await detect(['x/A-t2.nii', 'x/A-t1.nii', 'y/A.nii'], {}, { patterns })
    expect(found.images).toEqual([['A', 'x/A-t1.nii', 'x/A-t2.nii']])
    const paired = await detect(['images/A_0000.nii', 'images/A_0001.nii', 'labels/A.nii'])
    expect(paired).toMatchObject({ channels: [[null, null], [null, null]], images: [['A', 'images/A_0000.nii', 'images/A_0001.nii']] }) // prettier-ignore
  })
})

describe('BIDS images of a session', () => {
  const session = (sub: string, suffixes: string[]) => [
    ...suffixes.map((suffix) => `${sub}/anat/${sub}_${suffix}.nii`),
    `derivatives/manual/${sub}/anat/${sub}_label-liver_mask.nii`,
  ]
  const files = [...session('sub-01', ['T1w', 'T2w']), ...session('sub-02', ['T1w'])]

  it('are channels when their suffixes are named, and what is missing is said', async () => {
    expect((await detect(files)).images).toEqual([
      ['sub-01', 'sub-01/anat/sub-01_T1w.nii'],
      ['sub-02', 'sub-02/anat/sub-02_T1w.nii'],
    ])
    expect(await detect(files, {}, { channels: ['T2', 'T1w'] })).toEqual({
      channels: [
        ['T2', 'MR'],
        ['T1w', 'MR'],
      ],
      images: [
        ['sub-01', 'sub-01/anat/sub-01_T2w.nii', 'sub-01/anat/sub-01_T1w.nii'],
        ['sub-02', null, 'sub-02/anat/sub-02_T1w.nii'],
      ],
      problems: [
        'Case sub-02 has no image of channel T2 beside sub-02/anat/sub-02_T1w.nii; add it, or remove the case.',
      ],
    })
  })

  it('are proposed', async () => {
    const root = await writeTestFolder(Object.fromEntries(files.map((path) => [path, ''])))
    expect((await detectLayout(await listFolder(root), 'train')).possibleChannels).toEqual(['T1w', 'T2w'])
  })
})

describe('DICOM series', () => {
  const liver = [{ name: 'liver', color: '#ff0000' }]
  const patients = async (...series: string[][]): Promise<string> => {
    const root = temporaryFolder()
    for (const [n, descriptions] of series.entries())
      await writeDicomPatient(join(root, `P${n + 1}`), 'Nobody', n, liver, {}, descriptions)
    return root
  }
  const register = (folder: string, channels?: string[]) =>
    registerDataset(
      { folder, name: 'x', ...(channels ? { reading: { channels } } : {}) },
      { workspaceFolder: temporaryFolder(), vocabulary: exampleVocabulary },
    )

  it('are proposed as channels, and are when they are named by words of their descriptions', async () => {
    const root = await patients(['Ax T1 pre', 'Ax T2'], ['Ax T1 pre', 'Ax T2'])
    const one = await register(root)
    expect(one.channels).toHaveLength(1)
    expect(one.findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('2 DICOM series without labels are not registered: CT of 24 files in P1/scan-2; CT of 24 files in P2/scan-2. To use them as channels, name these: Ax T1 pre, Ax T2.'), // prettier-ignore
    )
    const both = await register(root, ['T2', 't1'])
    expect(both.channels.map(({ name }) => name)).toEqual(['T2', 't1'])
    expect(both.cases.map(({ images }) => images.map((image) => image.split('#')[0]))).toEqual([
      ['P1/scan-2', 'P1/scan'],
      ['P2/scan-2', 'P2/scan'],
    ])
    expect(both.cases.every(({ status, intensities }) => status === 'ok' && intensities.length === 2)).toBe(true)
  })

  it('of which one is missing exclude their case', async () => {
    const found = await register(await patients(['T1', 'T2'], ['T1']), ['T1', 'T2'])
    expect(found.cases.map(({ status }) => status)).toEqual(['ok', 'excluded'])
    expect(found.cases[1].excludedReason).toMatch(/Case P2 has no image of channel T2 beside P2\/scan/)
  })
})

describe('names that a person gives', () => {
  const chosen = (channels: string[]) => detect(nnunet, described(two), { channels })

  it('choose and order the channels that are there', async () => {
    expect(await chosen(['ct', 'T1'])).toMatchObject({ images: [['A', 'imagesTr/A_0001.nii', 'imagesTr/A_0000.nii']] })
    expect(await chosen(['CT'])).toMatchObject({ channels: [['CT', 'CT']], images: [['A', 'imagesTr/A_0001.nii']] })
  })

  it('else name them anew, or the volumes of the one file', async () => {
    const { channels } = await chosen(['FLAIR', 'native'])
    expect(channels).toEqual([
      ['FLAIR', 'MR'],
      ['native', 'CT'],
    ])
    const volumes = await detect(['images/A.nii', 'labels/A.nii'], {}, { channels: ['T1', 'T2'] })
    expect(volumes.images).toEqual([['A', 'images/A.nii#volume=1', 'images/A.nii#volume=2']])
  })

  it('and are refused where they fit nothing', async () => {
    await expect(chosen(['a', 'b', 'c'])).rejects.toThrow(/has the 2 channels T1, CT, and the channels a, b, c were/)
    await expect(chosen(['T1', 't1'])).rejects.toThrow(/repeat a name/)
  })
})

describe('registration', () => {
  const label = labelVolume({ 1: [1, 2, 3] })
  const mr = imageVolume(2)
  const register = async (content: TestFolder, reading: FolderReading = {}) =>
    registerDataset(
      { folder: await writeTestFolder({ ...described(two), 'labelsTr/A.nii': label, ...content }), name: 'x', reading },
      { workspaceFolder: temporaryFolder(), vocabulary: exampleVocabulary },
    )

  it('measures every channel; a hash stands for all of them', async () => {
    const { channels, modality, cases } = await register({ 'imagesTr/A_0000.nii': imageVolume(1), 'imagesTr/A_0001.nii': mr }) // prettier-ignore
    expect(channels).toEqual([
      { name: 'T1', modality: 'MR' },
      { name: 'CT', modality: 'CT' },
    ])
    expect([modality, cases[0].status]).toEqual(['other', 'ok'])
    const hashes = [imageVolume(1), mr].map(hashVolume).join(';')
    expect(cases[0].imageHash).toBe(createHash('sha256').update(hashes).digest('hex'))
    // labelled are the first 3 voxels of 2 slices: 30 and 60 into the volume
    const means = [1, 2].map((seed) => {
      const { data } = imageVolume(seed)
      return [30, 31, 32, 60, 61, 62].reduce((sum, at) => sum + data[at], 0) / 6
    })
    expect(cases[0].intensities.map(({ foreground }) => foreground?.mean)).toEqual(means)
  })

  it('excludes a case whose channels lie on different grids, as nnU-Net does', async () => {
    const moved = imageVolume(2, { origin: [0, 20, 30] })
    const { cases } = await register({ 'imagesTr/A_0000.nii': imageVolume(1), 'imagesTr/A_0001.nii': moved })
    expect(cases[0]).toMatchObject({ status: 'excluded', imageHash: null, intensities: [] })
    expect(cases[0].excludedReason).toMatch(/another channel \(imagesTr\/A_0001\.nii\).*Resample the channel/)
  })

  it('reads the channels of a 4D file as volumes', async () => {
    const [a, b] = [imageVolume(1).data, imageVolume(2).data]
    const voxels = new Uint8Array(Int16Array.from([...a, ...b]).buffer)
    const file = craftGzip({ dim: [4, 6, 5, 4, 2, 1, 1, 1] }, voxels)
    const grid = { spacingMm: [1, 1, 1] as [number, number, number], origin: [0, 0, 0] as [number, number, number] }
    const { cases } = await register({
      'imagesTr/A.nii.gz': file,
      'labelsTr/A.nii': labelVolume({ 1: [1, 2, 3] }, grid),
    })
    expect(cases[0].images).toEqual(['imagesTr/A.nii.gz#volume=1', 'imagesTr/A.nii.gz#volume=2'])
    expect(cases[0].intensities.map(({ max }) => max)).toEqual([Math.max(...a), Math.max(...b)])
  })
})

describe('what earlier versions stored', () => {
  const stored = { id: 'A', patient: 'A', labels: [], status: 'ok', excludedReason: null, geometry: GRID, imageHash: 'h', fileHash: 'f', availability: {} } // prettier-ignore
  const intensity = { min: 0, max: 1, mean: 0, sd: 1, foreground: null }

  it.each([
    [intensity, [intensity]],
    [null, []],
  ])('a case of one image, with the intensity %o', (before, after) => {
    const cases = [{ ...stored, image: 'a.nii', intensity: before }]
    const dataset = DatasetSchema.parse({
      ...{ schemaVersion: 1, name: 'x', role: 'train', root: '/x', layout: 'paired', layoutReason: '', modality: 'MR' },
      ...{ registeredAt: '2026-01-01T00:00:00Z', labels: [], cases, findings: [], fingerprint: 'p' },
    })
    expect(dataset.channels).toEqual([{ name: 'MR', modality: 'MR' }])
    expect(dataset.cases).toEqual([{ ...stored, images: ['a.nii'], intensities: after } as Case])
  })

  it('a plan of one normalisation', () => {
    const plan = { spacingMm: [1, 1, 1], patch: [8, 8, 8], channels: [2, 4], strides: [[1, 1, 1], [2, 2, 2]], normalisation: { kind: 'per-volume' }, cropToBody: true, medianShape: [8, 8, 8], reasons: [] } // prettier-ignore
    expect(PlanSchema.parse(plan).normalisations).toEqual([{ kind: 'per-volume' }])
  })
})
