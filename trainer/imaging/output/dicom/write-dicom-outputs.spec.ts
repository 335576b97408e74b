// What a written SEG and RTSTRUCT say: of whom, of which series, of which organs, and who made them.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DicomDataset } from '../../dicom/dicom-dataset.ts'
import { parseDicom } from '../../dicom/parse-dicom.ts'
import { TAG } from '../../dicom/tags.ts'
import { WRITTEN, type Keyword } from '../../dicom/write-elements.ts'
import { openSegmentation } from '../../read-label.ts'
import { maskOf, requireIdentical } from '../output-writer.ts'
import { FIXTURES, paintHardShapes, paintNoise, SERIES, testSegmentation } from '../test-segmentation.ts'
import { writeDicomSegmentation } from './write-dicom-segmentation.ts'
import { writeStructureSet } from './write-structure-set.ts'

const ROOT = '1.2.826.0.1.3680043.10.99999.'
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'organ-mosaic-output-'))
const text = (dataset: DicomDataset, keyword: Keyword): string | null => dataset.text(WRITTEN[keyword][0])
const items = (dataset: DicomDataset, keyword: Keyword): readonly DicomDataset[] => dataset.items(WRITTEN[keyword][0])
const parse = (path: string): DicomDataset => parseDicom(readFileSync(path), path).dataset

async function writeSeg(image = SERIES) {
  const segmentation = await testSegmentation(paintHardShapes, image)
  const folder = newFolder()
  const { files } = await writeDicomSegmentation(segmentation, folder)
  return { segmentation, path: join(folder, files[0]), dataset: parse(join(folder, files[0])) }
}

async function writeStructures() {
  const segmentation = await testSegmentation(paintHardShapes)
  const folder = newFolder()
  const { files, check } = await writeStructureSet(segmentation, folder)
  return { segmentation, check, path: join(folder, files[0]), dataset: parse(join(folder, files[0])) }
}

test.each([writeSeg, writeStructures])('belongs to the patient and the study of its series (%o)', async (write) => {
  const { dataset } = await write()
  expect(text(dataset, 'PatientID')).toBe('synthetic')
  expect(text(dataset, 'PatientName')).toBe('Nobody^Test')
  expect(text(dataset, 'StudyInstanceUID')).toBe(`${ROOT}1`)
  expect(text(dataset, 'FrameOfReferenceUID')).toBe(`${ROOT}9`)
  // What the standard does not demand is not taken.
  expect(text(dataset, 'SpecificCharacterSet')).toBe('ISO_IR 192')
  expect(text(dataset, 'Manufacturer')).toBe('OrganMosaic')
  expect(text(dataset, 'SoftwareVersions')).toBe('1.2.3')
  const series = text(dataset, 'SeriesInstanceUID') ?? ''
  expect(series).toMatch(/^2\.25\.[1-9]\d{20,38}$/)
  expect(series).not.toBe(text(dataset, 'SOPInstanceUID'))
})

describe('DICOM SEG', () => {
  test('names organs, their codes, sides, colours and the algorithm; what was not found is left out', async () => {
    const { dataset, path } = await writeSeg()
    const segments = items(dataset, 'SegmentSequence')
    expect(segments.map((segment) => text(segment, 'SegmentLabel'))).toEqual(['Liver', 'Left kidney', 'Größe'])
    expect(segments.map((segment) => text(segment, 'SegmentAlgorithmType'))).toEqual([
      'AUTOMATIC',
      'MANUAL',
      'AUTOMATIC',
    ])
    const [algorithm] = items(segments[0], 'SegmentationAlgorithmIdentificationSequence')
    expect([text(algorithm, 'AlgorithmName'), text(algorithm, 'AlgorithmVersion')]).toEqual([
      'OrganMosaic first',
      '1.2.3',
    ])
    const [kidney] = items(segments[1], 'SegmentedPropertyTypeCodeSequence')
    expect(['CodeValue', 'CodingSchemeDesignator', 'CodeMeaning'].map((key) => text(kidney, key as Keyword))).toEqual([
      '64033007',
      'SCT',
      'Kidney',
    ])
    const [side] = items(kidney, 'SegmentedPropertyTypeModifierCodeSequence')
    expect(text(side, 'CodeMeaning')).toBe('Left')
    const [own] = items(segments[2], 'SegmentedPropertyTypeCodeSequence')
    expect(text(own, 'CodingSchemeDesignator')).toBe('99ORGANMOSAIC')
    expect(text(own, 'CodeValue')?.length).toBeLessThanOrEqual(16)
    const read = await openSegmentation(path)
    expect(read?.segments.map(({ color }) => color)).toEqual(['#cc3311', '#0072b2', '#22aa77'])
    expect(read?.references).toEqual([`${ROOT}2`])
  })

  test('each frame names its slice', async () => {
    const { dataset } = await writeSeg()
    const frames = items(dataset, 'PerFrameFunctionalGroupsSequence').map((frame) => {
      const [source] = items(items(frame, 'DerivationImageSequence')[0], 'SourceImageSequence')
      return [
        items(frame, 'SegmentIdentificationSequence')[0].first(TAG.referencedSegmentNumber),
        text(source, 'ReferencedSOPInstanceUID'),
        items(frame, 'FrameContentSequence')[0].numbers(WRITTEN.DimensionIndexValues[0]),
      ]
    })
    expect(frames).toEqual([
      ...[1, 2, 3, 4].map((slice) => [1, `${ROOT}2.${slice}`, [1, slice]]),
      ...[1, 2, 3, 4].map((slice) => [2, `${ROOT}2.${slice}`, [2, slice]]),
      ...[3, 5].map((slice) => [3, `${ROOT}2.${slice}`, [3, slice]]),
    ])
    expect(dataset.first(TAG.numberOfFrames)).toBe(10)
  })

  test('of an enhanced image names the frame within its file', async () => {
    const { dataset, segmentation, path } = await writeSeg(join(FIXTURES, 'enhanced.dcm'))
    // The file holds its slices in the order 3, 0, 4, 1, 2.
    const numbers = items(dataset, 'PerFrameFunctionalGroupsSequence')
      .slice(0, 4)
      .map((frame) => items(items(frame, 'DerivationImageSequence')[0], 'SourceImageSequence')[0])
      .map((source) => source.first(WRITTEN.ReferencedFrameNumber[0]))
    expect(numbers).toEqual([2, 4, 5, 1])
    expect(items(items(dataset, 'ReferencedSeriesSequence')[0], 'ReferencedInstanceSequence')).toHaveLength(1)
    const read = await openSegmentation(path)
    const { volume } = await (read?.paint('1', segmentation.labelMap.geometry) ?? Promise.reject(new Error('no SEG')))
    expect(requireIdentical(path, maskOf(segmentation.labelMap, 1), volume)).toBe(5 * 32 * 40)
  })
})

describe('DICOM RTSTRUCT', () => {
  test('has outer contours alone, between voxels, each on its slice', async () => {
    const { dataset, check } = await writeStructures()
    expect(check).toEqual({ kind: 'contours', organs: 3, lowestDice: 1 })
    const [liver] = items(dataset, 'ROIContourSequence')
    const contours = items(liver, 'ContourSequence')
    // A ring with an island: two in each slice, their holes are cut open.
    expect(contours).toHaveLength(8)
    expect(new Set(contours.map((contour) => text(contour, 'ContourGeometricType')))).toEqual(
      new Set(['CLOSED_PLANAR']),
    )
    const slices = contours.map((contour) =>
      text(items(contour, 'ContourImageSequence')[0], 'ReferencedSOPInstanceUID'),
    )
    expect(slices).toEqual([1, 1, 2, 2, 3, 3, 4, 4].map((slice) => `${ROOT}2.${slice}`))
    for (const contour of contours) {
      expect(contour.numbers(TAG.contourData)).toHaveLength(3 * (contour.first(TAG.numberOfContourPoints) ?? 0))
    }
  })

  test('names organs, and says which the models drew', async () => {
    const { dataset } = await writeStructures()
    const structures = items(dataset, 'StructureSetROISequence')
    expect(structures.map((roi) => [text(roi, 'ROIName'), text(roi, 'ROIGenerationAlgorithm')])).toEqual([
      ['Liver', 'AUTOMATIC'],
      ['Left kidney', null],
      ['Größe', 'AUTOMATIC'],
    ])
    expect(items(dataset, 'ROIContourSequence')[0].numbers(TAG.roiDisplayColor)).toEqual([204, 51, 17])
    expect(text(dataset, 'ApprovalStatus')).toBe('UNAPPROVED')
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of voxels at random fills to the same voxels (%i)', async (seed) => {
    const { check } = await writeStructureSet(await testSegmentation(paintNoise(seed)), newFolder())
    expect(check).toMatchObject({ lowestDice: 1 })
  })
})
