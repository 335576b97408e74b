// What a SEG or RTSTRUCT has to say of the series that it belongs to: where its slices lie and what they are called, and
// whose study it is. Identifiers of the patient go from file to file here, and nowhere else: no message holds them.
import { stat } from 'node:fs/promises'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { Point } from '../../../../contract/geometry.ts'
import { readStart } from '../../files/read-bytes.ts'
import { parseSource } from '../../image-source.ts'
import { filesOfImage } from '../../read-image.ts'
import { assembleStack, pickStackVolume } from '../../dicom/assemble-stack.ts'
import type { DicomDataset } from '../../dicom/dicom-dataset.ts'
import { kindOf } from '../../dicom/dicom-facts.ts'
import { framesOf, type SliceFrame } from '../../dicom/frames.ts'
import { isDicom, type DicomFile } from '../../dicom/parse-dicom.ts'
import { readDicomHeader } from '../../dicom/read-dicom-file.ts'
import { TAG } from '../../dicom/tags.ts'
import type { DicomRecord } from '../../dicom/write-dicom.ts'
import { WRITTEN, type Keyword } from '../../dicom/write-elements.ts'

export interface SourceSlice {
  readonly sopClass: string
  readonly sopInstance: string
  /** From 1, where the file holds several slices */
  readonly frame: number | null
  readonly position: Point
}

export interface SourceSeries {
  readonly study: string
  readonly series: string
  readonly frameOfReference: string
  /** In the order of the grid */
  readonly slices: readonly SourceSlice[]
  readonly orientation: SliceFrame['orientation']
  readonly pixelSpacing: SliceFrame['pixelSpacing']
  /** Distance of the slices */
  readonly stepMm: number
  /** Elements of the patient and the study that every object of the study must repeat (PS3.3, C.7.1.1 and C.7.2.1) */
  readonly identity: DicomRecord
  /** How its images were compressed with loss, which what is made of them has to say */
  readonly compression: DicomRecord
  /** Whether text of our own may be more than ASCII */
  readonly isUtf8: boolean
}

/** Demanded by the two modules; nothing that is optional is taken, except the note that identifiers were replaced. */
const IDENTITY: readonly Keyword[] = [
  ...(['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex'] as const),
  ...(['StudyInstanceUID', 'StudyDate', 'StudyTime', 'StudyID', 'AccessionNumber', 'ReferringPhysicianName'] as const),
]
const WHERE_THERE: readonly Keyword[] = ['PatientIdentityRemoved', 'DeidentificationMethod']
const COMPRESSION: readonly Keyword[] = [
  'LossyImageCompression',
  'LossyImageCompressionRatio',
  'LossyImageCompressionMethod',
]
const UTF8 = 'ISO_IR 192'

/** Whether an address stands for DICOM images; false for what cannot be read. */
export async function isDicomImage(address: string): Promise<boolean> {
  const { path, part } = parseSource(address)
  if (part?.kind === 'series') return true
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) return true
  return found !== null && isDicom(await readStart(path, 256).catch(() => new Uint8Array()))
}

export const needsDicom = (image: string, format: string): OrganMosaicError =>
  new OrganMosaicError(
    'usage',
    `A ${format} refers to a DICOM series, and the image ${image} is none. Choose NIfTI or 3D Slicer's .seg.nrrd for it.`,
  )

/** @param format as people call it. @throws OrganMosaicError usage when the image is no DICOM series, as readImage */
export async function readSourceSeries(address: string, format: string): Promise<SourceSeries> {
  if (!(await isDicomImage(address))) throw needsDicom(address, format)
  const files = new Map<string, DicomFile>()
  for (const path of await filesOfImage(address)) files.set(path, await readDicomHeader(path))
  const frames = [...files].flatMap(([path, { dataset }]) =>
    kindOf(dataset) === 'image' ? framesOf(dataset, path) : [],
  )
  if (frames.length === 0) throw needsDicom(address, format)
  const stack = assembleStack(frames, address)
  const { part } = parseSource(address)
  const chosen = pickStackVolume(stack, part && 'number' in part ? part.number : null, address)
  const slices = chosen.map((frame) => sliceOf(frame, files, address))
  const first = files.get(chosen[0].path)?.dataset
  const frameOfReference = first?.text(TAG.frameOfReference) ?? null
  const [study, series] = [first?.text(TAG.studyInstance) ?? null, first?.text(TAG.seriesInstance) ?? null]
  if (!first || study === null || series === null || frameOfReference === null) {
    const missing = study === null ? 'study' : series === null ? 'series' : 'frame of reference'
    throw new OrganMosaicError(
      'invalid-data',
      `${address}: its files name no ${missing} (UID), which a ${format} has to refer to. Choose NIfTI or .seg.nrrd for it.`,
    )
  }
  return {
    ...{ study, series, frameOfReference, slices },
    orientation: chosen[0].orientation,
    pixelSpacing: chosen[0].pixelSpacing,
    stepMm: stack.geometry.spacingMm[0],
    ...identityOf(first),
    compression: compressionOf(first),
  }
}

function sliceOf(frame: SliceFrame, files: ReadonlyMap<string, DicomFile>, address: string): SourceSlice {
  const file = files.get(frame.path)
  const sopClass = file?.dataset.text(TAG.sopClass) ?? file?.headClass ?? null
  const sopInstance = file?.dataset.text(TAG.sopInstance) ?? null
  if (!file || sopClass === null || sopInstance === null) {
    throw new OrganMosaicError(
      'invalid-data',
      `${address}: a file of it has no SOP class or instance (UID), so nothing can refer to it. Choose NIfTI or .seg.nrrd.`,
    )
  }
  const several = (file.dataset.first(TAG.numberOfFrames) ?? 1) > 1
  return { sopClass, sopInstance, frame: several ? frame.frame + 1 : null, position: frame.position }
}

/** Byte by byte, with the character set that they are in; plain text counts as UTF-8, so that ours may be anything. */
function identityOf(dataset: DicomDataset): Pick<SourceSeries, 'identity' | 'isUtf8'> {
  const present = WHERE_THERE.filter((keyword) => dataset.has(WRITTEN[keyword][0]))
  const values = [...IDENTITY, ...present].map((keyword) => [keyword, rawOf(dataset, keyword)] as const)
  const named = Buffer.from(rawOf(dataset, 'SpecificCharacterSet')).toString('latin1').trim()
  const isPlain = values.every(([, bytes]) => bytes.every((byte) => byte < 0x80 && byte !== 0x1b))
  const isUtf8 = isPlain || named === UTF8
  const identity = Object.fromEntries(values)
  return { identity: { ...identity, SpecificCharacterSet: isUtf8 ? UTF8 : named }, isUtf8 }
}

/** Of an element that may be missing: nothing. */
function rawOf(dataset: DicomDataset, keyword: Keyword): Uint8Array {
  const found = dataset.elements.get(WRITTEN[keyword][0])
  return found && !found.items ? dataset.bytes.slice(found.offset, found.offset + found.length) : new Uint8Array()
}

function compressionOf(dataset: DicomDataset): DicomRecord {
  const isLossy = Buffer.from(rawOf(dataset, 'LossyImageCompression')).toString('latin1').trim() === '01'
  if (!isLossy) return { LossyImageCompression: '00' }
  const said = COMPRESSION.filter((keyword) => dataset.has(WRITTEN[keyword][0]))
  return Object.fromEntries(said.map((keyword) => [keyword, rawOf(dataset, keyword)]))
}
