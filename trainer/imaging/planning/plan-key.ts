// Where preprocessed cases lie in the cache, shared by all jobs whose plans preprocess alike.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Case } from '../../../contract/case.ts'
import type { JobDataset } from '../../../contract/job.ts'
import type { Plan } from '../../../contract/plan.ts'

/** Raised when preprocessing gives other voxels for the same plan, so that old caches are left alone. */
const PREPROCESSING_VERSION = 1

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

/** 16 hex digits over the parts of a plan that change preprocessed voxels (spacing, normalisation of each channel, crop, thick slices). */
export function planKey(plan: Plan): string {
  const { spacingMm, normalisations, cropToBody, thickAxis } = plan
  const sorted = normalisations.map((each) => Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
  // Plans of one channel and without thick slices keep the key that they had before there was anything else.
  return digest([
    PREPROCESSING_VERSION,
    spacingMm,
    ...sorted,
    cropToBody,
    ...(thickAxis === undefined ? [] : [thickAxis]),
  ])
}

/** The folder of one preprocessed case; another content or another meaning of its labels has another folder. */
export function preprocessedFolder(cacheFolder: string, plan: Plan, dataset: JobDataset, caseEntry: Case): string {
  const labels = dataset.labels.map((label) => label.key).sort()
  const content = digest([caseEntry.imageHash, caseEntry.fileHash, caseEntry.labels, labels])
  return join(cacheFolder, planKey(plan), dataset.name, `${encodeURIComponent(caseEntry.id)}-${content}.zarr`)
}
