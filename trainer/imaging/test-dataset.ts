// Test helper: registered datasets without a registration, in memory and on disk.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CaseSchema, type Case } from '../../contract/case.ts'
import type { Modality } from '../../contract/channel.ts'
import type { Geometry, Shape, Spacing } from '../../contract/geometry.ts'
import { JobDatasetSchema, type JobDataset } from '../../contract/job.ts'
import { hashVolume } from './hash.ts'
import { writeNifti } from './nifti/write-nifti.ts'
import type { Volume } from './volume.ts'

export const gridOf = (shape: Shape, spacingMm: Spacing): Geometry => ({
  shape,
  spacingMm,
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
})

export const caseWith = (entry: Partial<Case>): Case =>
  CaseSchema.parse({
    id: 'case',
    patient: 'case',
    images: ['image.nii.gz'],
    labels: [],
    status: 'ok',
    excludedReason: null,
    geometry: null,
    imageHash: null,
    fileHash: null,
    intensities: [],
    availability: {},
    ...entry,
  })

export const datasetOf = (cases: Case[], keys: string[] = [], root = '/', modality: Modality = 'CT'): JobDataset =>
  JobDatasetSchema.parse({
    name: 'site',
    root,
    modality,
    fingerprint: '',
    labels: keys.map((key) => ({ key, sourceName: key, organs: [`organ_${key}`], mapped: 'kept' })),
    cases,
  })

/** Writes an image and its label files; masks are named by their file. */
export async function writeCase(
  root: string,
  image: Volume,
  labels: { path: string; volume: Volume; labelKey?: string }[],
): Promise<Case> {
  await writeNifti(join(root, 'image.nii.gz'), image)
  for (const { path, volume } of labels) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeNifti(join(root, path), volume)
  }
  return caseWith({
    geometry: image.geometry,
    imageHash: hashVolume(image),
    labels: labels.map(({ path, labelKey }) =>
      labelKey === undefined ? { kind: 'map', path } : { kind: 'mask', path, labelKey },
    ),
  })
}
