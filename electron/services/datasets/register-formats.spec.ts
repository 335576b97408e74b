// Datasets in the formats of hospitals and of other tools, registered from real files.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../contract/dataset.ts'
import { exampleVocabulary } from '../fixtures/example-dataset.ts'
import { registerDataset } from './register-dataset.ts'
import { GRID, imageVolume, labelVolume, temporaryFolder, writeTestFolder } from './write-test-folder.ts'

const fixtures = join(import.meta.dirname, '../../../tests/fixtures')
const register = (folder: string): Promise<Dataset> =>
  registerDataset(
    { folder, name: 'site' },
    { workspaceFolder: join(temporaryFolder(), 'home'), vocabulary: exampleVocabulary },
  )

/** Two patients' worth of DICOM below one folder; the second has another kind of label. */
function dicomFolder(labels: Record<string, string>): string {
  const root = temporaryFolder()
  for (const [place, label] of Object.entries(labels)) {
    mkdirSync(join(root, place), { recursive: true })
    cpSync(join(fixtures, 'dicom/mixed'), join(root, place, 'scan'), { recursive: true })
    cpSync(join(fixtures, 'dicom', label), join(root, place, 'anything.dcm'))
  }
  return root
}

const states = (dataset: Dataset, id: string) =>
  Object.fromEntries(
    Object.entries(dataset.cases.find((each) => each.id === id)?.availability ?? {}).map(
      ([organ, { state, voxels }]) => [organ, `${state} ${voxels}`],
    ),
  )

describe('DICOM', () => {
  it('RTSTRUCT: structures by name, a series by what its files say, patients as hashes', async () => {
    const dataset = await register(dicomFolder({ P1: 'structures.dcm' }))
    expect(dataset).toMatchObject({ layout: 'dicom', modality: 'CT' })
    expect(dataset.labels.map(({ key }) => key)).toEqual(['Left kidney', 'liver', 'spinal cord'])
    const [only, ...others] = dataset.cases
    expect(others).toEqual([])
    expect(only).toMatchObject({ id: 'P1', status: 'ok', images: ['P1/scan#series=1.2.826.0.1.3680043.10.99999.2'] })
    expect(only.patient).toMatch(/^patient-[0-9a-f]{4}-[0-9a-f]{16}$/)
    expect(JSON.stringify(dataset)).not.toMatch(/Nobody|synthetic/)
    expect(only.geometry?.shape).toEqual([5, 32, 40])
    expect(states(dataset, 'P1')).toEqual({
      liver: 'labelled 90',
      'Left kidney': 'labelled 17',
      'spinal cord': 'cut 20',
    })
    expect(dataset.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /1 DICOM series without labels is not registered: CT of 1 files.*becomes a case of its own when a SEG or RTSTRUCT/,
      ),
    )
  })

  it('SEG: overlapping segments are structures of their own, and the overlap is reported', async () => {
    const dataset = await register(dicomFolder({ P1: 'segmentations/binary.dcm' }))
    expect(states(dataset, 'P1')).toEqual({ liver: 'labelled 48', 'Left kidney': 'cut 24' })
  })

  it('labels that refer to a series that is not there', async () => {
    const root = temporaryFolder()
    cpSync(join(fixtures, 'dicom/enhanced.dcm'), join(root, 'P1', 'scan.dcm'), { recursive: true })
    cpSync(join(fixtures, 'dicom/segmentations/binary.dcm'), join(root, 'P1', 'seg.dcm'))
    // same frame of reference: the only series there is meant
    expect(states(await register(root), 'P1')).toEqual({ liver: 'labelled 48', 'Left kidney': 'cut 24' })
    cpSync(join(fixtures, 'dicom/mixed/a3'), join(root, 'P2', 'a3.dcm'), { recursive: true })
    await expect(register(root)).resolves.toMatchObject({ layout: 'dicom' })
  })

  it('no label at all', async () => {
    const root = temporaryFolder()
    cpSync(join(fixtures, 'dicom/mixed'), join(root, 'P1'), { recursive: true })
    await expect(register(root)).rejects.toThrow('2 DICOM image series and no label that belongs to one of them')
  })
})

describe('labels without images', () => {
  it('are no dataset, and the series that they name is asked for', async () => {
    const root = temporaryFolder()
    cpSync(join(fixtures, 'dicom/segmentations/binary.dcm'), join(root, 'P1', 'seg.dcm'), { recursive: true })
    await expect(register(root)).rejects.toThrow(
      /holds 1 SEG or RTSTRUCT and no image series; expected the series .*\. SEG seg\.dcm refers to the series .*; copy that series/,
    )
  })
})

describe('other files', () => {
  it('NRRD and MetaImage in paired folders', async () => {
    const root = temporaryFolder()
    cpSync(join(fixtures, 'formats/int16.nrrd'), join(root, 'images/A.nrrd'), { recursive: true })
    cpSync(join(fixtures, 'formats/plain.mha'), join(root, 'images/B.mha'))
    mkdirSync(join(root, 'labels'))
    cpSync(join(fixtures, 'formats/uint8.nrrd'), join(root, 'labels/A.nrrd'))
    cpSync(join(fixtures, 'formats/pair.mhd'), join(root, 'labels/B.mhd'))
    cpSync(join(fixtures, 'formats/pair.raw'), join(root, 'labels/pair.raw'))
    const dataset = await register(root)
    expect(dataset.cases.map(({ id, images }) => [id, images[0]])).toEqual([
      ['A', 'images/A.nrrd'],
      ['B', 'images/B.mha'],
    ])
    // the same voxels in another format are the same image
    expect(dataset.cases[1].excludedReason).toContain('same voxels as that of case A')
    expect(dataset.labels).toHaveLength(59)
  })

  it('one volume of images that hold several', async () => {
    const root = temporaryFolder()
    cpSync(join(fixtures, 'formats/four.mha'), join(root, 'images/A.mha'), { recursive: true })
    cpSync(join(fixtures, 'formats/uint8.nrrd'), join(root, 'labels/A.nrrd'), { recursive: true })
    const without = await register(root)
    expect(without.findings[0]).toMatchObject({
      code: 'not-three-dimensional',
      message: expect.stringContaining('--volume'),
    })
    const context = { workspaceFolder: join(temporaryFolder(), 'home'), vocabulary: exampleVocabulary }
    const chosen = await registerDataset({ folder: root, name: 'site', reading: { volume: 2 } }, context)
    expect(chosen.cases[0]).toMatchObject({
      status: 'ok',
      images: ['images/A.mha#volume=2'],
      intensities: [{ min: 80 }],
    })
    // kept when the folder is read again
    const again = await registerDataset({ folder: root, name: 'site', organs: 'keep' }, context)
    expect(again.cases[0].images).toEqual(['images/A.mha#volume=2'])
    // one choice for all cases: one with fewer volumes is excluded, and says that
    const most = await registerDataset({ folder: root, name: 'more', reading: { volume: 99 } }, context)
    expect(most.findings).toContainEqual(
      expect.objectContaining({
        code: 'not-three-dimensional',
        caseId: 'A',
        message: expect.stringMatching(
          /and volume 99 was chosen; .* counts for all cases: exclude those that hold fewer/,
        ),
      }),
    )
  })

  it('segments of 3D Slicer: names are the labels, whatever number a file gives them', async () => {
    const root = await writeTestFolder({
      'images/A.nii.gz': imageVolume(1),
      'images/B.nii.gz': imageVolume(2),
    })
    mkdirSync(join(root, 'labels'))
    writeFileSync(
      join(root, 'labels/A.seg.nrrd'),
      slicerSegmentation(['liver', 'spleen'], { 1: [0, 1, 2], 2: [2, 2, 3] }),
    )
    writeFileSync(join(root, 'labels/B.seg.nrrd'), slicerSegmentation(['spleen'], { 1: [1, 2, 4] }))
    const dataset = await register(root)
    expect(dataset.labels.map(({ key }) => key)).toEqual(['liver', 'spleen'])
    expect(states(dataset, 'A')).toEqual({ liver: 'cut 4', spleen: 'labelled 3' })
    // nobody drew a liver there
    expect(states(dataset, 'B')).toEqual({ liver: 'unlabelled 0', spleen: 'labelled 8' })
  })
})

/** On the grid of the test images. @param boxes as labelVolume takes them */
function slicerSegmentation(names: readonly string[], boxes: Record<number, [number, number, number]>): Uint8Array {
  const [depth, height, width] = GRID.shape
  const header = [
    ...['NRRD0004', 'type: uint8', 'dimension: 3', 'space: left-posterior-superior'],
    ...[`sizes: ${width} ${height} ${depth}`, 'space directions: (1,0,0) (0,1,0) (0,0,2)', 'encoding: raw'],
    `space origin: (${GRID.origin.join(',')})`,
    ...names.flatMap((name, at) => [
      `Segment${at}_ID:=Segment_${at + 1}`,
      `Segment${at}_Name:=${name}`,
      `Segment${at}_LabelValue:=${at + 1}`,
      `Segment${at}_Layer:=0`,
      `Segment${at}_Color:=0.5 0.25 1`,
    ]),
  ]
  return Buffer.concat([Buffer.from(`${header.join('\n')}\n\n`), labelVolume(boxes).data])
}
