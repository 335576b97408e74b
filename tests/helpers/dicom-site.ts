// A site's patients as DICOM: a CT series of small slices each, and a SEG of spheres that refers to it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newUid, writeDicom, type DicomRecord } from '../../trainer/imaging/dicom/write-dicom.ts'
import { seriesAddress } from '../../trainer/imaging/image-source.ts'
import type { OutputSegment } from '../../trainer/imaging/output/output-writer.ts'
import { writeOutput } from '../../trainer/imaging/output/write-output.ts'
import { createRandom } from '../../trainer/imaging/random.ts'
import { readImageGeometry } from '../../trainer/imaging/read-image.ts'

export interface Structure {
  readonly name: string
  readonly color: string
}

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2'
const [SLICES, SIDE, SPACING_MM] = [24, 32, 4]
const RADIUS = 5

/**
 * @param patientName as the files say it
 * @param other elements than those that are made for the patient, such as { PatientID: 'ANON' }
 * @param descriptions a series each, in one frame of reference; the structures are drawn on the first
 */
export async function writeDicomPatient(
  folder: string,
  patientName: string,
  seed: number,
  structures: readonly Structure[],
  other: DicomRecord = {},
  descriptions: readonly string[] = [''],
): Promise<void> {
  const patient = {
    ...{ PatientName: patientName, PatientID: `${patientName}-${seed}`, PatientBirthDate: '19700203', Modality: 'CT' },
    ...{ StudyInstanceUID: newUid(), FrameOfReferenceUID: newUid() },
  }
  const places = descriptions.map((_, n) => (n === 0 ? 'scan' : `scan-${n + 1}`))
  const uids: string[] = []
  for (const [n, place] of places.entries()) {
    const record = { ...patient, SeriesDescription: descriptions[n]!, ...other }
    uids.push(await writeSeries(join(folder, place), record, seed + 1000 * n, structures.length))
  }
  await writeStructures(folder, seriesAddress(join(folder, 'scan'), uids[0]!), structures)
}

/** @returns its UID */
async function writeSeries(folder: string, patient: DicomRecord, seed: number, structures: number): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const series = typeof patient.SeriesInstanceUID === 'string' ? patient.SeriesInstanceUID : newUid()
  const shared = {
    SeriesInstanceUID: series,
    ...{ ImageOrientationPatient: '1\\0\\0\\0\\1\\0', PixelSpacing: `${SPACING_MM}\\${SPACING_MM}` },
    ...{ SliceThickness: String(SPACING_MM), SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2' },
    ...{ Rows: SIDE, Columns: SIDE, BitsAllocated: 16, BitsStored: 16, HighBit: 15, PixelRepresentation: 1 },
    ...patient,
  }
  const random = createRandom(seed)
  for (let k = 0; k < SLICES; k++) {
    const pixels = Int16Array.from({ length: SIDE * SIDE }, (_, at) => valueAt(k, at, structures, random.next()))
    const record = {
      ...shared,
      ...{ InstanceNumber: k + 1, ImagePositionPatient: `0\\0\\${k * SPACING_MM}` },
      PixelData: new Uint8Array(pixels.buffer),
    }
    const path = join(folder, `${k + 1}.dcm`)
    await writeDicom(path, { sopClass: CT_IMAGE, sopInstance: newUid(), record, syntax: 'explicit' })
  }
  return series
}

/** Spheres in a row from right to left, in a body of soft tissue in air. */
function sphereAt(k: number, at: number, count: number): number {
  const [j, i] = [Math.floor(at / SIDE), at % SIDE]
  for (let n = 0; n < count; n++) {
    const middle = ((n + 1) * SIDE) / (count + 1)
    if (Math.hypot(k - SLICES / 2, j - SIDE / 2, i - middle) < RADIUS) return n + 1
  }
  return 0
}

function valueAt(k: number, at: number, count: number, noise: number): number {
  const [j, i] = [Math.floor(at / SIDE), at % SIDE]
  const inside = j > 2 && j < SIDE - 3 && i > 2 && i < SIDE - 3
  const sphere = sphereAt(k, at, count)
  return Math.round((inside ? 20 + 80 * sphere : -1000) + 20 * noise)
}

async function writeStructures(folder: string, image: string, structures: readonly Structure[]): Promise<void> {
  const data = Uint8Array.from({ length: SLICES * SIDE * SIDE }, (_, at) =>
    sphereAt(Math.floor(at / (SIDE * SIDE)), at % (SIDE * SIDE), structures.length),
  )
  const segments = structures.map(({ name, color }, n): OutputSegment => ({
    ...{ value: n + 1, organ: name, name, color, snomedCode: null, laterality: null },
    ...{ source: 'truth', voxels: data.filter((value) => value === n + 1).length },
  }))
  const about = { version: '0', run: 'drawn', stage: 1 as const, model: 'drawn', createdAt: new Date(0) }
  const labelMap = { data, geometry: await readImageGeometry(image) }
  const channels = [{ name: 'CT', modality: 'CT' as const }]
  const described = { id: 'drawn', images: [image], channels, modality: 'CT' as const, labelMap, segments, about }
  await writeOutput('dicom-seg', { ...described, probabilityOf: null }, folder)
}
