// DICOM SEG, binary: a segment an organ, a frame for every slice that it touches, each with its source image.
import { join } from 'node:path'
import { outputFiles } from '../../../../contract/output.ts'
import type { Geometry } from '../../../../contract/geometry.ts'
import { newUid, writeDicom, type DicomRecord } from '../../dicom/write-dicom.ts'
import { WRITTEN } from '../../dicom/write-elements.ts'
import { openSegmentation } from '../../read-label.ts'
import { hexToLab } from '../../segmentation/lab-color.ts'
import { extentsOf } from '../extents.ts'
import {
  maskOf,
  readsDifferently,
  requireFound,
  requireIdentical,
  type OutputSegment,
  type OutputWriter,
  type SegmentationToWrite,
} from '../output-writer.ts'
import { ANATOMICAL_STRUCTURE, organCodes } from '../terminology.ts'
import {
  ALGORITHM_TYPES,
  codeItem,
  commonModules,
  instancesOf,
  originOf,
  referenceTo,
  type CommonModules,
} from './common-modules.ts'
import { packFrames } from './pack-frames.ts'
import { readSourceSeries, type SourceSeries } from './source-series.ts'

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4'
const SERIES_NUMBER = 9001

interface Frame {
  /** Number of its segment, from 1 */
  readonly number: number
  readonly value: number
  readonly slice: number
}

/** Organs that were not found have no segment: numbers run from 1 without gaps. */
export const writeDicomSegmentation: OutputWriter = async (segmentation, folder) => {
  const [file] = outputFiles('dicom-seg', segmentation.id, [])
  const path = join(folder, file)
  const source = await readSourceSeries(segmentation.images[0]!, 'DICOM SEG')
  const found = requireFound(segmentation, 'DICOM SEG')
  const frames = framesOf(segmentation, found)
  const common = commonModules(segmentation, source, 'SEG', SERIES_NUMBER)
  const record = {
    ...common.record,
    ...imageModules(segmentation, source, common, frames.length),
    ...dimensionModule(),
    SegmentSequence: found.map((segment, n) => segmentItem(segment, n + 1, segmentation, common)),
    ...functionalGroups(source, frames),
    PixelData: packFrames(segmentation.labelMap, frames),
  }
  await writeDicom(path, { sopClass: SEGMENTATION_STORAGE, sopInstance: newUid(), record, syntax: 'explicit' })
  return { files: [file], check: { kind: 'identical', voxels: await compare(path, segmentation, found) } }
}

/** Segment by segment, and within one from the first slice to the last. */
function framesOf({ labelMap }: SegmentationToWrite, found: readonly OutputSegment[]): Frame[] {
  const area = labelMap.geometry.shape[1] * labelMap.geometry.shape[2]
  const extents = extentsOf(labelMap)
  return found.flatMap(({ value }, n) => {
    const extent = extents.get(value)
    const frames: Frame[] = []
    for (let slice = extent?.first[0] ?? 0; slice <= (extent?.last[0] ?? -1); slice++) {
      const isThere = labelMap.data.subarray(slice * area, (slice + 1) * area).includes(value)
      if (isThere) frames.push({ number: n + 1, value, slice })
    }
    return frames
  })
}

function imageModules(
  { labelMap }: SegmentationToWrite,
  source: SourceSeries,
  { date, time, text }: CommonModules,
  frames: number,
): DicomRecord {
  return {
    ImageType: 'DERIVED\\PRIMARY',
    ContentDate: date,
    ContentTime: time,
    ContentLabel: 'ORGANS',
    ContentDescription: text('Organs by OrganMosaic, research use only'),
    ContentCreatorName: '',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    PixelRepresentation: 0,
    ...{ BitsAllocated: 1, BitsStored: 1, HighBit: 0 },
    Rows: labelMap.geometry.shape[1],
    Columns: labelMap.geometry.shape[2],
    NumberOfFrames: frames,
    SegmentationType: 'BINARY',
    SegmentsOverlap: 'NO',
    ...source.compression,
    ReferencedSeriesSequence: [
      { SeriesInstanceUID: source.series, ReferencedInstanceSequence: instancesOf(source.slices).map(referenceTo) },
    ],
  }
}

/** Frames are counted by segment, then by position. */
function dimensionModule(): DicomRecord {
  const organisation = newUid()
  const along = (pointer: number, group: number, label: string): DicomRecord => ({
    DimensionOrganizationUID: organisation,
    DimensionIndexPointer: pointer,
    FunctionalGroupPointer: group,
    DimensionDescriptionLabel: label,
  })
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organisation }],
    DimensionIndexSequence: [
      along(WRITTEN.ReferencedSegmentNumber[0], WRITTEN.SegmentIdentificationSequence[0], 'Segment number'),
      along(WRITTEN.ImagePositionPatient[0], WRITTEN.PlanePositionSequence[0], 'Image position'),
    ],
  }
}

function segmentItem(
  segment: OutputSegment,
  number: number,
  segmentation: SegmentationToWrite,
  { text }: CommonModules,
): DicomRecord {
  const { type, side } = organCodes(segment)
  const { run, version } = segmentation.about
  const algorithm: DicomRecord = {
    SegmentAlgorithmName: text(`OrganMosaic ${run}`),
    SegmentationAlgorithmIdentificationSequence: [
      {
        AlgorithmFamilyCodeSequence: [codeItem({ value: '123109', scheme: 'DCM', meaning: 'Artificial Intelligence' })],
        AlgorithmName: text(`OrganMosaic ${run}`),
        AlgorithmVersion: text(version),
      },
    ],
  }
  return {
    SegmentNumber: number,
    SegmentLabel: text(segment.name),
    SegmentDescription: text(originOf(segment, segmentation), 1024),
    SegmentAlgorithmType: ALGORITHM_TYPES[segment.source],
    ...(segment.source === 'truth' ? {} : algorithm),
    SegmentedPropertyCategoryCodeSequence: [codeItem(ANATOMICAL_STRUCTURE)],
    SegmentedPropertyTypeCodeSequence: [
      {
        ...codeItem({ ...type, meaning: text(type.meaning) }),
        ...(side === null ? {} : { SegmentedPropertyTypeModifierCodeSequence: [codeItem(side)] }),
      },
    ],
    RecommendedDisplayCIELabValue: hexToLab(segment.color),
  }
}

function functionalGroups(source: SourceSeries, frames: readonly Frame[]): DicomRecord {
  const used = [...new Set(frames.map(({ slice }) => slice))].sort((a, b) => a - b)
  const positions = new Map(used.map((slice, n) => [slice, n + 1]))
  const derivation = [codeItem({ value: '113076', scheme: 'DCM', meaning: 'Segmentation' })]
  const purpose = [codeItem({ value: '121322', scheme: 'DCM', meaning: 'Source image for image processing operation' })]
  return {
    SharedFunctionalGroupsSequence: [
      {
        PlaneOrientationSequence: [{ ImageOrientationPatient: source.orientation.flat() }],
        PixelMeasuresSequence: [
          {
            PixelSpacing: source.pixelSpacing,
            SliceThickness: source.stepMm,
            SpacingBetweenSlices: source.stepMm,
          },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: frames.map(({ number, slice }) => ({
      FrameContentSequence: [{ DimensionIndexValues: [number, positions.get(slice) ?? 0] }],
      PlanePositionSequence: [{ ImagePositionPatient: source.slices[slice].position }],
      SegmentIdentificationSequence: [{ ReferencedSegmentNumber: number }],
      DerivationImageSequence: [
        {
          DerivationCodeSequence: derivation,
          SourceImageSequence: [{ ...referenceTo(source.slices[slice]), PurposeOfReferenceCodeSequence: purpose }],
        },
      ],
    })),
  }
}

/** Every segment on the grid of the image, as the import reads it. */
async function compare(
  path: string,
  { labelMap }: SegmentationToWrite,
  found: readonly OutputSegment[],
): Promise<number> {
  const read = await openSegmentation(path)
  if (read?.segments.length !== found.length) throw readsDifferently(path, `${read?.segments.length ?? 0} segments`)
  const grid: Geometry = labelMap.geometry
  let voxels = 0
  for (const [n, { value }] of found.entries()) {
    const { volume } = await read.paint(String(n + 1), grid)
    voxels += requireIdentical(path, maskOf(labelMap, value), volume)
  }
  return voxels
}
