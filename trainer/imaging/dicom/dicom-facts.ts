// What has to be known of a DICOM file to sort it: its series, what kind of object it is, and what it refers to. Names
// and identifiers of patients are not kept; a patient is a hash that only tells whether two files are of one person.
import { open, stat } from 'node:fs/promises'
import { isGzip } from '../files/read-bytes.ts'
import type { DicomDataset } from './dicom-dataset.ts'
import { isDicom } from './parse-dicom.ts'
import { hashPatientId } from './patient-id.ts'
import { readDicomHeader } from './read-dicom-file.ts'
import { TAG } from './tags.ts'

export interface DicomFacts {
  readonly path: string
  readonly kind: 'image' | 'segmentation' | 'structures' | 'other'
  readonly series: string
  readonly instance: string
  readonly modality: string
  readonly description: string
  readonly frameOfReference: string
  readonly frames: number
  /** hashPatientId: null without an identifier that tells people apart */
  readonly patient: string | null
  /** UID; null without one */
  readonly study: string | null
  /** Of a segmentation or structure set: the series that it was drawn on, and the images of it that it lists */
  readonly references: readonly string[]
  readonly referencedInstances: readonly string[]
}

const SEGMENTATIONS = ['1.2.840.10008.5.1.4.1.1.66.4', '1.2.840.10008.5.1.4.1.1.66.7']
const STRUCTURES = '1.2.840.10008.5.1.4.1.1.481.3'

/** Of slices whose series UID was blanked: the folder says which belong together. */
export const NO_SERIES = '2.25.0'

const known = new Map<string, { state: string; facts: Promise<DicomFacts | null> }>()
const MOST_KNOWN = 200_000

/** null for what is no DICOM file, or cannot be read. Remembered while the file stays as it is. */
export async function dicomFacts(path: string): Promise<DicomFacts | null> {
  const file = await stat(path).catch(() => null)
  if (!file?.isFile()) return null
  const state = `${file.size} ${file.mtimeMs}`
  const before = known.get(path)
  if (before?.state === state) return before.facts
  if (known.size > MOST_KNOWN) known.clear()
  const facts = readFacts(path).catch(() => null)
  known.set(path, { state, facts })
  return facts
}

async function readFacts(path: string): Promise<DicomFacts | null> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(new Uint8Array(256), 0, 256, 0)
  const start = buffer.subarray(0, bytesRead)
  if (isGzip(start) || !isDicom(start)) return null
  const { dataset } = await readDicomHeader(path)
  const kind = kindOf(dataset)
  const said = dataset.text(TAG.seriesInstance)
  if (said === null && kind !== 'image') return null
  const series = said ?? NO_SERIES
  return {
    path,
    kind,
    series,
    // Where identifiers were blanked, those of slices may all be the same.
    instance: (said === null ? null : dataset.text(TAG.sopInstance)) ?? path,
    modality: dataset.text(TAG.modality) ?? '',
    description: dataset.text(TAG.seriesDescription) ?? '',
    frameOfReference: dataset.text(TAG.frameOfReference) ?? '',
    frames: dataset.first(TAG.numberOfFrames) ?? 1,
    patient: hashPatientId(dataset.text(TAG.patientId)),
    study: dataset.text(TAG.studyInstance),
    references: referencesOf(dataset),
    referencedInstances: referencedInstancesOf(dataset),
  }
}

export function kindOf(dataset: DicomDataset): DicomFacts['kind'] {
  const sopClass = dataset.text(TAG.sopClass) ?? ''
  if (SEGMENTATIONS.includes(sopClass)) return 'segmentation'
  if (sopClass === STRUCTURES) return 'structures'
  return (dataset.first(TAG.rows) ?? 0) > 0 && (dataset.first(TAG.columns) ?? 0) > 0 ? 'image' : 'other'
}

/** Series that a segmentation or a structure set says it was drawn on. */
export function referencesOf(dataset: DicomDataset): string[] {
  const direct = dataset.items(TAG.referencedSeriesSequence)
  const ofStructures = dataset
    .items(TAG.referencedFrameOfReferenceSequence)
    .flatMap((frame) => frame.items(TAG.rtReferencedStudySequence))
    .flatMap((study) => study.items(TAG.rtReferencedSeriesSequence))
  return [...new Set([...direct, ...ofStructures].flatMap((item) => item.text(TAG.seriesInstance) ?? []))]
}

/** By which their series is found where it is not named, or named wrongly, and by which lost slices are noticed. */
function referencedInstancesOf(dataset: DicomDataset): string[] {
  const lists = [
    ...dataset.items(TAG.referencedSeriesSequence).flatMap((series) => series.items(TAG.referencedInstanceSequence)),
    ...dataset
      .items(TAG.referencedFrameOfReferenceSequence)
      .flatMap((frame) => frame.items(TAG.rtReferencedStudySequence))
      .flatMap((study) => study.items(TAG.rtReferencedSeriesSequence))
      .flatMap((series) => series.items(TAG.contourImageSequence)),
    ...dataset
      .items(TAG.roiContourSequence)
      .flatMap((roi) => roi.items(TAG.contourSequence))
      .flatMap((contour) => contour.items(TAG.contourImageSequence)),
    ...[...dataset.items(TAG.perFrameFunctionalGroups), ...dataset.items(TAG.sharedFunctionalGroups)]
      .flatMap((frame) => frame.items(TAG.derivationImageSequence))
      .flatMap((derivation) => derivation.items(TAG.sourceImageSequence)),
  ]
  return [...new Set(lists.flatMap((item) => item.text(TAG.referencedSopInstance) ?? []))]
}
