import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatasetSchema, type Dataset } from '../../../contract/dataset.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { registerDataset, type RegisterRequest } from './register-dataset.ts'
import {
  GRID,
  findingsOf,
  imageVolume,
  labelVolume,
  temporaryFolder,
  type TestFolder,
  writeTestFolder,
} from './write-test-folder.ts'

const vocabulary = loadVocabulary()

const register = (folder: string, request: Partial<RegisterRequest> = {}, workspaceFolder = temporaryFolder()) =>
  registerDataset({ folder, name: 'study', ...request }, { workspaceFolder, vocabulary })

const paired = (labels: string | null, boxes: Record<number, [number, number, number]>): TestFolder => ({
  ...(labels === null ? {} : { 'labels.csv': labels }),
  'images/A.nii.gz': imageVolume(1),
  'labels/A.nii.gz': labelVolume(boxes),
})

const organsOf = (dataset: Dataset) => dataset.labels.map((label) => [label.key, label.organs, label.mapped])
const codesOf = (dataset: Dataset) => findingsOf(dataset).map((finding) => finding.code)

describe('organs', () => {
  it('map through the vocabulary; what does not is kept and reported with suggestions', async () => {
    const root = await writeTestFolder(paired('value,name\n1,Mandible\n2,Mandibel\n', { 1: [1, 1, 1], 2: [1, 1, 1] }))
    const dataset = await register(root)
    expect(organsOf(dataset)).toEqual([
      ['1', ['mandible'], 'vocabulary'],
      ['2', ['Mandibel'], 'kept'],
    ])
    expect(findingsOf(dataset)).toMatchObject([{ severity: 'warning', code: 'unmapped-organ', organ: 'Mandibel' }])
    expect(findingsOf(dataset)[0].message).toContain('It may be Mandible')
  })

  it('without names are the values, reported as undeclared', async () => {
    const dataset = await register(await writeTestFolder(paired(null, { 3: [1, 1, 1] })))
    expect(organsOf(dataset)).toEqual([['3', ['label 3'], 'kept']])
    expect(findingsOf(dataset)).toMatchObject([{ code: 'undeclared-label', organ: 'label 3' }])
  })

  it("are what the user says, by value or by the dataset's name; merged labels list several", async () => {
    const root = await writeTestFolder(
      paired('value,name\n1,bone\n2,pair\n', { 1: [1, 1, 4], 2: [1, 1, 2], 5: [1, 1, 1] }),
    )
    const organs = ['bone=mandible', '2=left kidney+kidney_right', '5=My organ']
    const dataset = await register(root, { organs })
    expect(organsOf(dataset)).toEqual([
      ['1', ['mandible'], 'user'],
      ['2', ['kidney_left', 'kidney_right'], 'user'],
      ['5', ['My organ'], 'user'],
    ])
    expect(codesOf(dataset)).toEqual(['unmapped-organ'])
    expect(dataset.cases[0].availability['kidney_left']).toEqual({ state: 'merged', voxels: 2, volumeMl: 0.004 })
  })

  it('name a mask file with or without its extension', async () => {
    const folder = { 'P1/ct.nii.gz': imageVolume(1), 'P1/masks/thing.nii.gz': labelVolume({ 1: [1, 1, 1] }) }
    const dataset = await register(await writeTestFolder(folder), { organs: ['thing.nii.gz=larynx'] })
    expect(organsOf(dataset)).toEqual([['thing', ['larynx'], 'user']])
  })

  it.each([
    ['9=mandible', /no label is called 9; the dataset has 1 \(Mandible\)/],
    ['mandible', /expected VALUE_OR_FILE=ORGAN/],
    ['=mandible', /expected VALUE_OR_FILE=ORGAN/],
    ['9=', /no label is called 9; the dataset has 1 \(Mandible\)/],
    ['1=a++b', /expected VALUE_OR_FILE=ORGAN/],
  ])('refuse --organ %s', async (organ, message) => {
    const root = await writeTestFolder(paired('value,name\n1,Mandible\n', { 1: [1, 1, 1] }))
    const refused = register(root, { organs: [organ] })
    await expect(refused).rejects.toMatchObject({ code: 'usage' })
    await expect(refused).rejects.toThrow(message)
  })
})

describe('availability', () => {
  it('counts voxels and ml, and tells labelled, cut and absent apart', async () => {
    const names = 'value,name\n1,Mandible\n2,Larynx\n3,Brainstem\n4,Spinal cord\n'
    const dataset = await register(await writeTestFolder(paired(names, { 1: [1, 2, 4], 2: [0, 1, 3], 3: [2, 3, 2] })))
    expect(dataset.cases[0].availability).toEqual({
      mandible: { state: 'labelled', voxels: 8, volumeMl: 0.016 }, // 8 voxels of 2 mm³
      larynx: { state: 'cut', voxels: 6, volumeMl: 0.012 },
      brainstem: { state: 'cut', voxels: 4, volumeMl: 0.008 },
      spinal_cord: { state: 'absent', voxels: 0, volumeMl: 0 },
    })
  })

  it("looks for the cut along the patient's axis, whatever the array order", async () => {
    // superior-inferior runs along the width: the first voxel of each row is an end of the scan, slice 0 is not
    const sagittal = { ...GRID, direction: [0, 0, 1, 0, 1, 0, -1, 0, 0] }
    const middle = labelVolume({}, sagittal)
    middle.data.fill(2, 0 * 6 + 2, 0 * 6 + 4)
    middle.data.fill(1, 6, 8)
    const root = await writeTestFolder({
      'labels.csv': '1,Mandible\n2,Larynx',
      'images/A.nii': imageVolume(1, sagittal),
      'labels/A.nii': middle,
    })
    const { availability } = (await register(root)).cases[0]
    expect([availability['mandible'].state, availability['larynx'].state]).toEqual(['cut', 'labelled'])
  })

  it('is unlabelled where a patient lacks the mask file, merged inside a shared one', async () => {
    const dataset = await register(
      await writeTestFolder({
        'P1/ct.nii.gz': imageVolume(1),
        'P1/masks/kidneys.nii.gz': labelVolume({ 1: [1, 1, 4] }),
        'P1/masks/larynx.nii.gz': labelVolume({ 255: [1, 1, 1] }),
        'P2/ct.nii.gz': imageVolume(2),
        'P2/masks/kidneys.nii.gz': labelVolume({}),
        'P2/masks/kidney_left.nii.gz': labelVolume({ 1: [1, 1, 2] }),
      }),
    )
    const states = dataset.cases.map((each) =>
      ['kidney_left', 'kidney_right', 'larynx'].map((organ) => each.availability[organ].state),
    )
    expect(states).toEqual([
      ['merged', 'merged', 'labelled'],
      ['labelled', 'absent', 'unlabelled'],
    ])
  })
})

describe('registration', () => {
  const simple = () => writeTestFolder(paired('1,Mandible', { 1: [1, 1, 2] }))

  it('writes dataset.json, measures the case, and reports progress', async () => {
    const workspaceFolder = temporaryFolder()
    const seen: string[] = []
    const dataset = await registerDataset(
      { folder: await simple(), name: 'x' },
      { workspaceFolder, vocabulary, onProgress: ({ done, total, caseId }) => seen.push(`${done}/${total} ${caseId}`) },
    )
    const stored = readFileSync(join(workspaceFolder, 'datasets', 'x', 'dataset.json'), 'utf8')
    expect(DatasetSchema.parse(JSON.parse(stored))).toEqual(dataset)
    expect(seen).toEqual(['1/1 A'])
    expect(dataset).toMatchObject({
      role: 'train',
      modality: 'CT',
      cases: [{ patient: 'A', patientGiven: false, images: ['images/A.nii.gz'] }],
    })
    expect(dataset.cases[0].intensities[0]).toMatchObject({ min: -1000, foreground: { voxels: 2 } })
    expect(dataset.cases[0].geometry).toEqual(GRID)
  })

  it('refreshes the same folder and refuses another one under the same name', async () => {
    const workspaceFolder = temporaryFolder()
    const root = await simple()
    const first = await register(root, {}, workspaceFolder)
    expect((await register(root, {}, workspaceFolder)).fingerprint).toBe(first.fingerprint)
    writeFileSync(join(root, 'patients.csv'), 'case,patient\nA,Ms One\n')
    const changed = await register(root, {}, workspaceFolder)
    expect(changed.cases[0]).toMatchObject({ patient: 'Ms One', patientGiven: true })
    expect(changed.fingerprint).not.toBe(first.fingerprint)
    await expect(register(await simple(), {}, workspaceFolder)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('warns of images that another dataset holds, but not of its own earlier state', async () => {
    const workspaceFolder = temporaryFolder()
    const folder = await simple()
    const test = await register(await simple(), { name: 'test', role: 'test' }, workspaceFolder)
    const own = await register(folder, { name: 'own' }, workspaceFolder)
    const context = { workspaceFolder, vocabulary, otherDatasets: [test, own] }
    const dataset = await registerDataset({ folder, name: 'own' }, context)
    expect(findingsOf(dataset)).toMatchObject([{ severity: 'warning', code: 'duplicate-image', caseId: 'A' }])
    expect(findingsOf(dataset)[0].message).toContain('dataset test (role test)')
    expect(dataset.cases[0].status).toBe('ok')
  })

  it('says once whose images a reference holds, and warns of nothing on either side', async () => {
    const workspaceFolder = temporaryFolder()
    const labelled = { 'labels.csv': '1,Mandible', 'images/A.nii': imageVolume(1), 'images/B.nii': imageVolume(2) }
    const labels = { 'labels/A.nii': labelVolume({ 1: [1, 1, 2] }), 'labels/B.nii': labelVolume({ 1: [1, 1, 2] }) }
    const folder = await writeTestFolder({ ...labelled, ...labels })
    const own = await register(folder, { name: 'own' }, workspaceFolder)
    const one = await register(await simple(), { name: 'one' }, workspaceFolder)
    const context = { workspaceFolder, vocabulary, otherDatasets: [own, one] }
    const request = {
      folder: await writeTestFolder({ ...labelled, ...labels }),
      name: 'ref',
      role: 'reference' as const,
    }
    const reference = await registerDataset(request, context)
    expect(findingsOf(reference)).toEqual([
      {
        severity: 'info',
        code: 'duplicate-image',
        caseId: null,
        organ: null,
        message: '2 of its images are those of own, one: their pseudo labels can be scored with it.',
      },
    ])
    const again = await registerDataset({ folder, name: 'own' }, { ...context, otherDatasets: [reference] })
    expect(findingsOf(again)).toEqual([])
  })

  it('makes a name of the folder, or asks for one', async () => {
    const root = await writeTestFolder({
      'Süd Klinik (2)/images/A.nii': imageVolume(1),
      'Süd Klinik (2)/labels/A.nii': labelVolume({ 1: [1, 1, 1] }),
    })
    const context = { workspaceFolder: temporaryFolder(), vocabulary }
    expect((await registerDataset({ folder: join(root, 'Süd Klinik (2)') }, context)).name).toBe('Sud-Klinik-2')
    await expect(registerDataset({ folder: root, name: 'a b' }, context)).rejects.toMatchObject({ code: 'usage' })
  })

  it('leaves nothing behind when aborted or when the folder is gone', async () => {
    const workspaceFolder = temporaryFolder()
    const root = await simple()
    const signal = AbortSignal.abort()
    await expect(registerDataset({ folder: root, name: 'x' }, { workspaceFolder, vocabulary, signal })).rejects.toThrow(
      /abort/i,
    )
    rmSync(root, { recursive: true })
    await expect(register(root, { name: 'x' }, workspaceFolder)).rejects.toMatchObject({ code: 'not-found' })
    expect(existsSync(join(workspaceFolder, 'datasets', 'x'))).toBe(false)
  })
})

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))

describe.skipIf(!existsSync(data))('real data (../shared/data, skipped where it is absent)', () => {
  it.each<[string, string, number, Record<string, number>]>([
    ['headneck/site-a-brainstem-cord', 'nnunet', 40, { brainstem: 21, spinal_cord: 27 }],
    ['headneck/site-b-parotids', 'organ-files', 40, { parotid_gland_left: 4, parotid_gland_right: 3 }],
    ['headneck/site-c-mandible-larynx', 'paired', 30, { mandible: 4, larynx: 0 }],
    [
      'headneck/test-complete',
      'nnunet',
      20,
      { brainstem: 2, spinal_cord: 6, parotid_gland_right: 0, parotid_gland_left: 0, mandible: 0, larynx: 1 },
    ],
    ['hippocampus', 'nnunet', 200, { hippocampus_anterior: 0, hippocampus_posterior: 0 }],
  ])('registers %s', { timeout: 60_000 }, async (folder, layout, cases, cutCases) => {
    const dataset = await register(join(data, folder))
    expect(dataset.layout).toBe(layout)
    expect(dataset.cases.filter((each) => each.status === 'ok')).toHaveLength(cases)
    expect(findingsOf(dataset)).toEqual([])
    const cut = (organ: string) => dataset.cases.filter((each) => each.availability[organ].state === 'cut').length
    expect(
      Object.fromEntries(dataset.labels.flatMap(({ organs }) => organs.map((organ) => [organ, cut(organ)]))),
    ).toEqual(cutCases)
  })
})
