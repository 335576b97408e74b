// Every format is written, read back by the readers of the import, and said to be what it is.
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OutputFormatSchema, outputFiles } from '../../../contract/output.ts'
import { readNrrdHeader } from '../nrrd/read-nrrd.ts'
import { readImage } from '../read-image.ts'
import { openSegmentation, readLabel } from '../read-label.ts'
import { maskOf, requireIdentical } from './output-writer.ts'
import { formatsFor } from './formats-for.ts'
import { FIXTURES, paintHardShapes, SERIES, testSegmentation } from './test-segmentation.ts'
import { writeOutput } from './write-output.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'organ-mosaic-output-'))
const segmentation = await testSegmentation(paintHardShapes)
const plainImage = join(FIXTURES, '../formats/int16.nrrd')

test.each(OutputFormatSchema.options)('%s is written as announced, and checked', async (format) => {
  const folder = newFolder()
  const { files, check } = await writeOutput(format, segmentation, folder)
  const announced = outputFiles(
    format,
    'case',
    segmentation.segments.map(({ organ }) => organ),
  )
  const onDisk = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  expect(onDisk.sort()).toEqual([...files].sort())
  if (format === 'stl' || format === 'obj') {
    // The spleen was not found: it has no surface.
    expect(files).toEqual(announced.filter((file) => !file.includes('spleen')))
    expect(check).toMatchObject({ kind: 'surfaces', organs: 3 })
  } else {
    expect(files).toEqual(format === 'nnunet' ? [...announced, 'Dataset001_OrganMosaic/dataset.json'] : announced)
    expect(check.kind).toBe(format === 'rtstruct' ? 'contours' : 'identical')
  }
})

test('a .seg.nrrd names its segments, with colours, codes and where they come from', async () => {
  const folder = newFolder()
  await writeOutput('seg-nrrd', segmentation, folder)
  const path = join(folder, 'case.seg.nrrd')
  const read = await openSegmentation(path)
  expect(read?.segments).toMatchObject([
    { id: '0', name: 'Liver', color: '#cc3311' },
    { id: '1', name: 'Left kidney', color: '#0072b2' },
    { id: '2', name: 'Größe', color: '#22aa77' },
    { id: '3', name: 'Spleen', color: '#e8a0cc' },
  ])
  const { pairs } = (await readNrrdHeader(path)).parsed
  expect(pairs.get('Segment1_Tags')).toContain('SCT^64033007^Kidney~SCT^7771000^Left')
  expect(pairs.get('Segment1_Tags')).toContain('OrganMosaic.Source:truth')
  expect(pairs.get('Segment0_Extent')).toBe('2 24 2 20 0 3')
  expect(pairs.get('Segment3_Extent')).toBe('0 -1 0 -1 0 -1')
  expect(pairs.get('OrganMosaic')).toBe('OrganMosaic 1.2.3, run first, stage 2, model ensemble, research use only')
  const { volume } = await readLabel(`${path}#segment=0`, segmentation.labelMap.geometry)
  expect(requireIdentical(path, maskOf(segmentation.labelMap, 1), volume)).toBe(5 * 32 * 40)
})

test('an nnU-Net dataset grows case by case and keeps the values of the image', async () => {
  const folder = newFolder()
  await writeOutput('nnunet', segmentation, folder)
  await writeOutput('nnunet', { ...segmentation, id: 'second' }, folder)
  await writeOutput('nnunet', { ...segmentation, id: 'second' }, folder)
  const root = join(folder, 'Dataset001_OrganMosaic')
  const description: unknown = JSON.parse(readFileSync(join(root, 'dataset.json'), 'utf8'))
  expect(description).toMatchObject({
    channel_names: { '0': 'CT' },
    labels: { background: 0, liver: 1, kidney_left: 2, 'my own organ, long name': 3, spleen: 4 },
    numTraining: 2,
    file_ending: '.nii.gz',
  })
  const [written, source] = await Promise.all([readImage(join(root, 'imagesTr/case_0000.nii.gz')), readImage(SERIES)])
  expect(requireIdentical(root, source.volume, written.volume)).toBe(5 * 32 * 40)
})

test('a surface of an organ that an earlier export had and this one has not is removed', async () => {
  const folder = newFolder()
  await writeOutput('stl', segmentation, folder)
  expect(existsSync(join(folder, 'case_surfaces/kidney_left.stl'))).toBe(true)
  const without = await testSegmentation((data, at) => (data[at(1, 5, 5)] = 1))
  await writeOutput('stl', without, folder)
  expect(readdirSync(join(folder, 'case_surfaces'))).toEqual(['liver.stl'])
})

describe('what cannot be written is refused in words', () => {
  test.each(['dicom-seg', 'rtstruct'] as const)('%s of an image that is no DICOM series', async (format) => {
    const other = { ...segmentation, images: [plainImage] }
    await expect(writeOutput(format, other, newFolder())).rejects.toThrow(
      /refers to a DICOM series, and the image .*int16.nrrd is none. Choose NIfTI/,
    )
  })

  test.each(['dicom-seg', 'rtstruct', 'stl', 'obj'] as const)('%s of nothing', async (format) => {
    const nothing = await testSegmentation(() => undefined)
    const folder = newFolder()
    await expect(writeOutput(format, nothing, folder)).rejects.toThrow('case: no organ was found in the image')
    expect(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([])
  })

  test('a file that reads back differently', async () => {
    const { labelMap } = segmentation
    const other = { ...labelMap, data: labelMap.data.slice() }
    other.data[7] = 9
    expect(() => requireIdentical('a.nii', labelMap, other)).toThrow('voxel 7 is 9, not 0')
    const moved = { ...labelMap, geometry: { ...labelMap.geometry, spacingMm: [2.5, 1.5, 1.3] as const } }
    const shifted = {
      ...moved,
      geometry: { ...moved.geometry, spacingMm: [2.5, 1.5, 1.3] as [number, number, number] },
    }
    expect(() => requireIdentical('a.nii', labelMap, shifted)).toThrow(/reads back differently.*spacing/)
  })
})

test('without a choice a DICOM series gets a DICOM SEG, other images a label map; formats that do not fit are named', async () => {
  expect(await formatsFor(SERIES)).toEqual({ isDicom: true, formats: ['dicom-seg'], refused: [] })
  expect(await formatsFor(join(FIXTURES, 'enhanced.dcm'))).toMatchObject({ isDicom: true, formats: ['dicom-seg'] })
  expect(await formatsFor(plainImage)).toEqual({ isDicom: false, formats: ['nifti'], refused: [] })
  const folder = newFolder()
  const empty = join(folder, 'empty.nii')
  writeFileSync(empty, '')
  expect(await formatsFor(empty, ['rtstruct', 'stl'])).toEqual({
    isDicom: false,
    formats: ['stl'],
    refused: [expect.stringContaining('A DICOM RTSTRUCT refers to a DICOM series')],
  })
})
