// Labels that are left out: in the dataset, in the viewer and in training alike, decided by a person or by the names and
// types of planning systems, and never in silence.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../contract/dataset.ts'
import { MappingFileSchema } from '../contract/mapping-file.ts'
import { newUid, writeDicom } from '../trainer/imaging/dicom/write-dicom.ts'
import { readLabels } from '../trainer/preprocessing/read-labels.ts'
import { mappingOf } from '../electron/services/datasets/mapping-files.ts'
import { registerDataset, type RegisterRequest } from '../electron/services/datasets/register-dataset.ts'
import {
  GRID,
  imageVolume,
  labelVolume,
  temporaryFolder,
  writeTestFolder,
  type TestFolder,
} from '../electron/services/datasets/write-test-folder.ts'
import { toJobDataset } from '../electron/services/runs/organ-union.ts'
import { loadVocabulary } from '../electron/services/vocabulary/load-vocabulary.ts'
import { mergeLabels } from '../electron/services/volumes/merge-labels.ts'

const vocabulary = loadVocabulary()

const register = (folder: string, request: Partial<RegisterRequest> = {}, workspaceFolder = temporaryFolder()) =>
  registerDataset({ folder, name: 'study', ...request }, { workspaceFolder, vocabulary })

const plan = (): TestFolder => ({
  'P1/ct.nii.gz': imageVolume(1),
  'P1/masks/liver.nii.gz': labelVolume({ 1: [1, 2, 4] }),
  'P1/masks/lymph_thing.nii.gz': labelVolume({ 1: [1, 1, 1] }),
  'P1/masks/PTV_60.nii.gz': labelVolume({ 1: [1, 2, 5] }),
  'P1/masks/Couch.nii.gz': labelVolume({ 1: [0, 3, 2] }),
})

const keysOf = (dataset: Dataset) => dataset.labels.map(({ key }) => key)
const outOf = (dataset: Dataset) => (dataset.leftOut ?? []).map(({ key, because }) => [key, because])
const couch = ['Couch', 'couch or fixation']
const target = ['PTV_60', 'target volume']

describe('masks', () => {
  it('of no organs by their names are left out, said with their names, and taken back', async () => {
    const root = await writeTestFolder(plan())
    const workspace = temporaryFolder()
    const dataset = await register(root, {}, workspace)
    expect(keysOf(dataset)).toEqual(['liver', 'lymph_thing'])
    expect(outOf(dataset)).toEqual([couch, target])
    expect(dataset.findings.filter(({ code }) => code === 'left-out-label')).toMatchObject([
      {
        severity: 'info',
        message:
          '2 labels are left out and not read as organs. By what names or files say: Couch (couch or fixation), PTV_60 (target volume). To take one back, name its organ: --organ "Couch=couch", or in the label table.',
      },
    ])
    expect(dataset.findings.some(({ message }) => message.includes('belongs to no case'))).toBe(false)
    const [only] = dataset.cases
    expect(only.labels.map(({ path }) => path)).toEqual(['P1/masks/liver.nii.gz', 'P1/masks/lymph_thing.nii.gz'])
    expect(Object.keys(only.availability)).toEqual(['liver', 'lymph_thing'])
    // the target reaches beyond the liver: voxels of organs alone count
    expect(only.intensities[0].foreground?.voxels).toBe(8)

    const taken = await register(root, { organs: ['Couch=couch'] }, workspace)
    expect([keysOf(taken), outOf(taken)]).toEqual([['Couch', 'liver', 'lymph_thing'], [target]])
    expect(taken.cases[0].availability['couch']).toMatchObject({ voxels: 8 })
    expect(keysOf(await register(root, { organs: 'keep' }, workspace))).toContain('Couch')
  })

  it('are left out by choice, kept so when the folder is read again, and taken back', async () => {
    const root = await writeTestFolder(plan())
    const workspace = temporaryFolder()
    const before = await register(root, {}, workspace)
    const out = await register(root, { organs: ['lymph_thing='] }, workspace)
    expect([keysOf(out), outOf(out)]).toEqual([['liver'], [couch, target, ['lymph_thing', null]]])
    expect(out.choices?.leftOut).toEqual(['lymph_thing'])
    for (const organs of ['keep', []] as const) {
      const again = await register(root, { organs }, workspace)
      expect(again.leftOut).toEqual(out.leftOut)
      expect(again.fingerprint).toBe(out.fingerprint)
    }
    const back = await register(root, { organs: ['lymph_thing=lymph_thing'] }, workspace)
    expect(back.choices?.leftOut).toEqual([])
    expect(back.fingerprint).toBe(before.fingerprint)
  })

  it('cost nothing: one that cannot be read excludes no case; a case of nothing else is excluded in words', async () => {
    const root = await writeTestFolder({
      ...plan(),
      'P1/masks/Couch.nii.gz': 'no image',
      'P2/ct.nii.gz': imageVolume(2),
      'P2/masks/PTV_60.nii.gz': labelVolume({ 1: [1, 2, 5] }),
    })
    const { cases } = await register(root)
    expect(cases.map(({ status }) => status)).toEqual(['ok', 'excluded'])
    expect(cases[1].excludedReason).toBe(
      'Case P2 has nothing but labels that are left out: PTV_60; take one back, or go on without the case.',
    )
  })

  it('of which nothing else would be left are what the dataset is there for', async () => {
    const dataset = await register(
      await writeTestFolder({ 'P1/ct.nii.gz': imageVolume(1), 'P1/masks/GTV.nii.gz': labelVolume({ 1: [1, 2, 4] }) }),
    )
    expect([keysOf(dataset), dataset.leftOut]).toEqual([['GTV'], undefined])
  })

  it('that overlap in hundreds of ways no longer count among the combinations of labels', async () => {
    const geometry = { shape: [4, 16, 16] as [number, number, number] }
    const grid = { ...GRID, ...geometry }
    const mask = (has: (at: number) => boolean) => ({
      data: Uint8Array.from({ length: 1024 }, (_, at) => (has(at) ? 1 : 0)),
      geometry: grid,
    })
    const names = Array.from({ length: 9 }, (_, n) => `dose_${n}`)
    const root = await writeTestFolder({
      'P1/ct.nii.gz': imageVolume(1, geometry),
      'P1/masks/liver.nii.gz': mask((at) => at > 1000),
      ...Object.fromEntries(names.map((name, n) => [`P1/masks/${name}.nii.gz`, mask((at) => ((at >> n) & 1) === 1)])),
    })
    const dataset = await register(root)
    expect(dataset.leftOut).toHaveLength(9)
    const { codebook } = await readLabels(toJobDataset(dataset), dataset.cases[0], grid)
    expect(codebook).toEqual([[], ['liver']])
    const all = await register(root, { organs: names.map((name) => `${name}=${name}`) })
    await expect(readLabels(toJobDataset(all), all.cases[0], grid)).rejects.toThrow('more than 255')
  })
})

describe('values of a label map', () => {
  const maps = (): TestFolder => ({
    'labels.csv': 'value,name\n1,Liver\n2,PTV\n',
    'images/A.nii.gz': imageVolume(1),
    'labels/A.nii.gz': labelVolume({ 1: [1, 2, 4], 2: [1, 1, 3], 7: [1, 1, 2] }),
  })

  it('are never left out by themselves, and read as nothing when somebody says so', async () => {
    const root = await writeTestFolder(maps())
    expect(keysOf(await register(root))).toEqual(['1', '2'])
    const dataset = await register(root, { organs: ['PTV=', '7='] })
    expect([keysOf(dataset), outOf(dataset)]).toEqual([
      ['1'],
      [
        ['2', null],
        ['7', null],
      ],
    ])
    const [only] = dataset.cases
    expect(only).toMatchObject({ status: 'ok', labels: [{ kind: 'map', leftOut: ['2', '7'] }] })
    expect(Object.keys(only.availability)).toEqual(['liver'])
    const { codes, codebook } = await readLabels(toJobDataset(dataset), only, GRID)
    expect(codebook).toEqual([[], ['1']])
    expect(codes.filter((code) => code !== 0)).toHaveLength(8)
    const sources = [{ root, source: only.labels[0], values: { 1: 1 } }]
    const { volume } = await mergeLabels(sources, only.geometry)
    expect([...new Set(volume.data)].sort()).toEqual([0, 1])
  })

  it('go with a split of theirs, which comes back with them', async () => {
    const root = await writeTestFolder({ ...maps(), 'labels.csv': 'value,name\n1,Liver\n2,Kidneys\n7,x\n' })
    const workspace = temporaryFolder()
    const split = await register(root, { reading: { splits: ['2'] } }, workspace)
    expect(keysOf(split)).toEqual(['1', '2 (left)', '2 (right)', '7'])
    const out = await register(root, { organs: ['Kidneys='] }, workspace)
    expect([keysOf(out), outOf(out)]).toEqual([['1', '7'], [['2', null]]])
    const back = await register(root, { organs: ['2=kidneys'] }, workspace)
    expect(keysOf(back)).toEqual(keysOf(split))
  })
})

describe('a mapping file', () => {
  it('carries what is left out to the next dataset, and takes back what would be', async () => {
    const workspace = temporaryFolder()
    const organs = ['lymph_thing=', 'Couch=couch']
    const first = await register(await writeTestFolder(plan()), { organs }, workspace)
    const file = MappingFileSchema.parse(JSON.parse(JSON.stringify(mappingOf(first))))
    expect(file.labels.map((label) => [label.name, label.organs])).toEqual([
      ['Couch', ['couch']],
      ['liver', ['liver']],
      ['PTV_60', []],
      ['lymph_thing', []],
    ])
    const root = await writeTestFolder({ ...plan(), 'P1/ct.nii.gz': imageVolume(5) })
    const second = await register(root, { name: 'second', mapping: file }, workspace)
    expect([keysOf(second), outOf(second)]).toEqual([
      ['Couch', 'liver'],
      [
        ['PTV_60', null],
        ['lymph_thing', null],
      ],
    ])
    // What is said on the command line goes before the file.
    const said = await register(root, { name: 'second', mapping: file, organs: ['PTV_60=target'] }, workspace)
    expect([keysOf(said), outOf(said)]).toEqual([['Couch', 'PTV_60', 'liver'], [['lymph_thing', null]]])
  })
})

describe('a DICOM SEG', () => {
  const fixtures = join(import.meta.dirname, 'fixtures/dicom')

  /** binary.dcm with another name and category for its second segment. */
  async function registerWith(name: string, category: string): Promise<Dataset> {
    const root = temporaryFolder()
    mkdirSync(join(root, 'P1'))
    cpSync(join(fixtures, 'mixed'), join(root, 'P1/scan'), { recursive: true })
    const bytes = readFileSync(join(fixtures, 'segmentations/binary.dcm'))
    const at = bytes.lastIndexOf('91772007')
    bytes.write(category, at, 'latin1')
    bytes.write(name.padEnd(11), bytes.indexOf('Left kidney', at), 'latin1')
    writeFileSync(join(root, 'P1/seg.dcm'), bytes)
    return register(root)
  }

  it.each([
    ['A-00004 ', 'physical object: its file says PHYSICAL_OBJECT'],
    ['R-42018 ', 'region and no body part: its file says SPATIAL_CONCEPT'],
  ])('says by the category %s what its names do not', async (category, because) => {
    const dataset = await registerWith('Thing', category)
    expect(keysOf(dataset)).toEqual(['liver'])
    expect(outOf(dataset)).toEqual([['Thing', because]])
    expect(dataset.cases).toMatchObject([{ status: 'ok' }])
  })

  it.each([
    ['Thing', '85756007', 'a tissue'],
    ['Left kidney', 'A-00004 ', 'an organ of the vocabulary'],
  ])('%s of the category %s stays: %s', async (name, category) => {
    const dataset = await registerWith(name, category)
    expect(keysOf(dataset).sort()).toEqual([name, 'liver'].sort())
    expect(outOf(dataset)).toEqual([])
  })
})

describe('a structure set', () => {
  const series = '1.2.826.0.1.3680043.10.99999.2'

  /** A square on the slices of tests/fixtures/dicom/mixed a structure, and the type that it is given. */
  async function structures(path: string, named: readonly (readonly [name: string, type: string])[]): Promise<void> {
    const dataset = await register(reference())
    const { origin, spacingMm } = dataset.cases[0].geometry!
    const square = [2, 2, 8, 2, 8, 8, 2, 8].flatMap((_, n, all) =>
      n % 2 === 0 ? [origin[0] + all[n] * spacingMm[2], origin[1] + all[n + 1] * spacingMm[1], origin[2]] : [],
    )
    const record = {
      Modality: 'RTSTRUCT',
      SeriesInstanceUID: newUid(),
      StudyInstanceUID: newUid(),
      ReferencedFrameOfReferenceSequence: [
        { RTReferencedStudySequence: [{ RTReferencedSeriesSequence: [{ SeriesInstanceUID: series }] }] },
      ],
      StructureSetROISequence: named.map(([name], n) => ({ ROINumber: n + 1, ROIName: name })),
      ROIContourSequence: named.map((_, n) => ({
        ReferencedROINumber: n + 1,
        ContourSequence: [{ ContourGeometricType: 'CLOSED_PLANAR', NumberOfContourPoints: 4, ContourData: square }],
      })),
      RTROIObservationsSequence: named.map(([, type], n) => ({
        ObservationNumber: n + 1,
        ReferencedROINumber: n + 1,
        RTROIInterpretedType: type,
      })),
    }
    const sopClass = '1.2.840.10008.5.1.4.1.1.481.3'
    await writeDicom(path, { sopClass, sopInstance: newUid(), record, syntax: 'implicit' })
  }

  function reference(): string {
    const root = temporaryFolder()
    const fixtures = join(import.meta.dirname, 'fixtures/dicom')
    mkdirSync(join(root, 'P1'))
    cpSync(join(fixtures, 'mixed'), join(root, 'P1/scan'), { recursive: true })
    cpSync(join(fixtures, 'structures.dcm'), join(root, 'P1/rt.dcm'))
    return root
  }

  it('says by types what its names do not; organs of the vocabulary stay organs', async () => {
    const root = reference()
    await structures(join(root, 'P1/rt.dcm'), [
      ['liver', 'CTV'],
      ['Skin', 'EXTERNAL'],
      ['Tisch', 'SUPPORT'],
      ['Lips rest', 'AVOIDANCE'],
      ['PTV', 'ORGAN'],
      ['Boost', 'PTV'],
    ])
    const dataset = await register(root)
    expect(dataset.labels.map(({ key }) => key)).toEqual(['Lips rest', 'liver'])
    expect(outOf(dataset)).toEqual([
      ['Boost', 'target volume: its file says PTV'],
      ['PTV', 'target volume'],
      ['Skin', 'outline of the patient: its file says EXTERNAL'],
      ['Tisch', 'couch or fixation: its file says SUPPORT'],
    ])
    expect(dataset.cases).toMatchObject([{ status: 'ok' }])
  })
})
