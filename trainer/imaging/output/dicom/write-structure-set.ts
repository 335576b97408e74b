// DICOM RTSTRUCT: smooth contours of every organ in the slices of its source series. Holes are cut open (join-holes.ts).
import { join } from 'node:path'
import { outputFiles } from '../../../../contract/output.ts'
import { newUid, writeDicom, type DicomRecord } from '../../dicom/write-dicom.ts'
import { voxelToPoint } from '../../geometry.ts'
import { openSegmentation } from '../../read-label.ts'
import type { Volume } from '../../volume.ts'
import { joinHoles } from '../contours/join-holes.ts'
import { simplifyRing } from '../contours/simplify-ring.ts'
import { traceContours } from '../contours/trace-contours.ts'
import { extentsOf, type Extent } from '../extents.ts'
import {
  readsDifferently,
  requireFound,
  type OutputSegment,
  type OutputWriter,
  type SegmentationToWrite,
} from '../output-writer.ts'
import { organCodes, rgbOf } from '../terminology.ts'
import {
  ALGORITHM_TYPES,
  codeItem,
  commonModules,
  instancesOf,
  originOf,
  referenceTo,
  type CommonModules,
} from './common-modules.ts'
import { readSourceSeries, type SourceSeries } from './source-series.ts'

const STRUCTURE_SET_STORAGE = '1.2.840.10008.5.1.4.1.1.481.3'
/** What a structure set calls a study that it refers to */
const DETACHED_STUDY = '1.2.840.10008.3.1.2.3.1'
const SERIES_NUMBER = 9002
/** In voxels: less than the contours keep away from the centres of voxels. */
const SIMPLER_BY = 0.02
/** In millimetres, for the last digit of a coordinate. */
const DIGITS = 4
const LOWEST_DICE = 0.98

export const writeStructureSet: OutputWriter = async (segmentation, folder) => {
  const [file] = outputFiles('rtstruct', segmentation.id, [])
  const path = join(folder, file)
  const source = await readSourceSeries(segmentation.images[0]!, 'DICOM RTSTRUCT')
  const found = requireFound(segmentation, 'DICOM RTSTRUCT')
  const common = commonModules(segmentation, source, 'RTSTRUCT', SERIES_NUMBER)
  const extents = extentsOf(segmentation.labelMap)
  const record = {
    ...common.record,
    OperatorsName: '',
    ...structureSetModule(segmentation, found, source, common),
    ROIContourSequence: found.map((segment, n) => ({
      ReferencedROINumber: n + 1,
      ROIDisplayColor: rgbOf(segment.color),
      ContourSequence: contoursOf(segmentation.labelMap, segment.value, extents.get(segment.value), source),
    })),
    RTROIObservationsSequence: found.map((segment, n) => observation(segment, n + 1, common)),
    ApprovalStatus: 'UNAPPROVED',
  }
  await writeDicom(path, { sopClass: STRUCTURE_SET_STORAGE, sopInstance: newUid(), record, syntax: 'implicit' })
  const lowestDice = await compare(path, segmentation.labelMap, found)
  return { files: [file], check: { kind: 'contours', organs: found.length, lowestDice } }
}

function structureSetModule(
  segmentation: SegmentationToWrite,
  found: readonly OutputSegment[],
  source: SourceSeries,
  { text, date, time }: CommonModules,
): DicomRecord {
  const series = {
    SeriesInstanceUID: source.series,
    ContourImageSequence: instancesOf(source.slices).map(referenceTo),
  }
  return {
    StructureSetLabel: 'OrganMosaic',
    StructureSetName: text(`OrganMosaic ${segmentation.about.run}`),
    StructureSetDescription: 'Organs by OrganMosaic, research use only, not for treatment',
    StructureSetDate: date,
    StructureSetTime: time,
    ReferencedFrameOfReferenceSequence: [
      {
        FrameOfReferenceUID: source.frameOfReference,
        RTReferencedStudySequence: [
          {
            ReferencedSOPClassUID: DETACHED_STUDY,
            ReferencedSOPInstanceUID: source.study,
            RTReferencedSeriesSequence: [series],
          },
        ],
      },
    ],
    StructureSetROISequence: found.map((segment, n) => ({
      ROINumber: n + 1,
      ReferencedFrameOfReferenceUID: source.frameOfReference,
      ROIName: text(segment.name),
      ROIDescription: text(originOf(segment, segmentation), 1024),
      // How a true label was made is not known: empty means that.
      ROIGenerationAlgorithm: segment.source === 'truth' ? '' : ALGORITHM_TYPES[segment.source],
    })),
  }
}

function observation(segment: OutputSegment, number: number, { text }: CommonModules): DicomRecord {
  const { type } = organCodes(segment)
  return {
    ObservationNumber: number,
    ReferencedROINumber: number,
    RTROIIdentificationCodeSequence: [codeItem({ ...type, meaning: text(type.meaning) })],
    RTROIInterpretedType: 'ORGAN',
    ROIInterpreter: '',
  }
}

function contoursOf(
  { data, geometry }: Volume<Uint8Array>,
  value: number,
  extent: Extent | undefined,
  source: SourceSeries,
): DicomRecord[] {
  if (!extent) return []
  const { first, last } = extent
  const [, height, width] = geometry.shape
  const box = { rows: [first[1], last[1]], columns: [first[2], last[2]] } as const
  const contours: DicomRecord[] = []
  const slabs = leavesOutSlices(data, value, extent, height * width) ? { ContourSlabThickness: source.stepMm } : {}
  for (let slice = first[0]; slice <= last[0]; slice++) {
    const voxels = data.subarray(slice * height * width, (slice + 1) * height * width)
    const rings = traceContours(voxels, width, value, box).map((ring) => simplifyRing(ring, SIMPLER_BY))
    for (const { u, v } of joinHoles(rings)) {
      const points = u.flatMap((column, n) => voxelToPoint(geometry, [slice, v[n], column]))
      contours.push({
        ContourImageSequence: [referenceTo(source.slices[slice])],
        ContourGeometricType: 'CLOSED_PLANAR',
        NumberOfContourPoints: u.length,
        ...slabs,
        ContourData: points.map((mm) => Number(mm.toFixed(DIGITS))),
      })
    }
  }
  return contours
}

/**
 * Whether an organ has gaps at least as often as neighbouring slices. Readers take it for one that was drawn on every
 * other slice and fill the gaps: then its contours say how thick they are. Else not, for the element is a retired one.
 */
function leavesOutSlices(data: Uint8Array, value: number, { first, last }: Extent, area: number): boolean {
  const slices: number[] = []
  for (let slice = first[0]; slice <= last[0]; slice++) {
    if (data.subarray(slice * area, (slice + 1) * area).includes(value)) slices.push(slice)
  }
  const gaps = slices.slice(1).filter((slice, n) => slice - slices[n] > 1)
  return gaps.length > 0 && 2 * gaps.length >= slices.length - 1
}

/** @returns the lowest Dice of an organ, filled as the import does. @throws OrganMosaicError environment */
async function compare(path: string, labelMap: Volume<Uint8Array>, found: readonly OutputSegment[]): Promise<number> {
  const read = await openSegmentation(path)
  if (read?.segments.length !== found.length) throw readsDifferently(path, `${read?.segments.length ?? 0} structures`)
  let lowest = 1
  for (const [n, { value, voxels, name }] of found.entries()) {
    const { volume } = await read.paint(String(n + 1), labelMap.geometry)
    let [both, filled] = [0, 0]
    for (let at = 0; at < volume.data.length; at++) {
      if (volume.data[at] === 0) continue
      filled++
      if (labelMap.data[at] === value) both++
    }
    const dice = (2 * both) / (filled + voxels)
    if (dice < LOWEST_DICE) throw readsDifferently(path, `${name}: Dice ${dice.toFixed(3)} with its voxels`)
    lowest = Math.min(lowest, dice)
  }
  return lowest
}
