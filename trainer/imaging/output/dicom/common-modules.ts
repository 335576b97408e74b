// What a SEG and an RTSTRUCT have in common: patient and study of the source, a series of its own, the equipment.
import type { SegmentSource } from '../../../../contract/report.ts'
import { newUid, type DicomRecord } from '../../dicom/write-dicom.ts'
import type { OutputSegment, SegmentationToWrite } from '../output-writer.ts'
import type { Code } from '../terminology.ts'
import type { SourceSeries, SourceSlice } from './source-series.ts'

const LONGEST_LO = 64
const MAKER = 'OrganMosaic'

export interface CommonModules {
  readonly record: DicomRecord
  /** Text as an element of at most so many characters may hold it, 64 without a number */
  readonly text: (text: string, longest?: number) => string
  readonly date: string
  readonly time: string
}

/** @param modality of the new series. @param seriesNumber far from those of the scanner */
export function commonModules(
  segmentation: SegmentationToWrite,
  source: SourceSeries,
  modality: 'SEG' | 'RTSTRUCT',
  seriesNumber: number,
): CommonModules {
  const { version, run, createdAt } = segmentation.about
  const stamp = createdAt.toISOString()
  const [date, time] = [stamp.slice(0, 10).replaceAll('-', ''), stamp.slice(11, 19).replaceAll(':', '')]
  const text = (value: string, longest = LONGEST_LO): string => textOf(value, longest, source.isUtf8)
  return {
    record: {
      ...source.identity,
      Modality: modality,
      SeriesInstanceUID: newUid(),
      SeriesNumber: seriesNumber,
      SeriesDate: date,
      SeriesTime: time,
      SeriesDescription: text(`OrganMosaic ${run}, research use only`),
      InstanceCreationDate: date,
      InstanceCreationTime: time,
      InstanceNumber: 1,
      FrameOfReferenceUID: source.frameOfReference,
      PositionReferenceIndicator: '',
      Manufacturer: MAKER,
      ManufacturerModelName: MAKER,
      DeviceSerialNumber: '0',
      SoftwareVersions: text(version),
    },
    ...{ text, date, time },
  }
}

/** A backslash would begin a second value; what the character set of the source does not hold is left out. */
function textOf(value: string, longest: number, isUtf8: boolean): string {
  const single = value.replaceAll('\\', '/').replaceAll(/\s+/g, ' ').trim()
  const known = isUtf8 ? single : single.normalize('NFKD').replaceAll(/[^\x20-\x7e]/g, '')
  return [...known].slice(0, longest).join('')
}

export const codeItem = ({ value, scheme, meaning }: Code): DicomRecord => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning,
})

export const referenceTo = ({ sopClass, sopInstance, frame }: SourceSlice): DicomRecord => ({
  ReferencedSOPClassUID: sopClass,
  ReferencedSOPInstanceUID: sopInstance,
  ...(frame === null ? {} : { ReferencedFrameNumber: frame }),
})

/** A file of several frames is one instance. */
export const instancesOf = (slices: readonly SourceSlice[]): SourceSlice[] => [
  ...new Map(slices.map((slice) => [slice.sopInstance, { ...slice, frame: null }])).values(),
]

/** Where a structure comes from, in words. */
export function originOf({ source }: OutputSegment, { about: { run, stage, model } }: SegmentationToWrite): string {
  const by = `run ${run}, stage ${stage}, model ${model}; research use only`
  if (source === 'model') return `Predicted by ${by}`
  const drawn = 'True label of the registered case'
  return source === 'truth' ? `${drawn}; how it was drawn is not known here` : `${drawn}, divided or completed by ${by}`
}

/** As the standard calls who drew a segment. */
export const ALGORITHM_TYPES: Record<SegmentSource, string> = {
  model: 'AUTOMATIC',
  mixed: 'SEMIAUTOMATIC',
  truth: 'MANUAL',
}
