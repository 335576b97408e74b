// One training case: image files, one a channel, and label files -> a preprocessed Zarr folder, written once and shared by all jobs.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../../contract/case.ts'
import { toOrganMosaicError } from '../../contract/errors.ts'
import type { JobDataset } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { canonicalTransform, reorientGeometry } from '../imaging/canonical.ts'
import { nonZeroBox } from '../imaging/crop.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { resampleLabels } from '../imaging/resample.ts'
import { preprocessImage } from './preprocess-image.ts'
import { isIntact, storePreprocessed } from './preprocessed-store.ts'
import { readLabels } from './read-labels.ts'
import { isUnchangedSince, noteSource, requireUnchanged } from './source-files.ts'

/** outdated: it was there, and its files changed since they were registered */
export type Preparation = 'made' | 'kept' | 'outdated'

/**
 * Keeps a folder that is there and reads well; a damaged one is made again.
 * @param folder see preprocessedFolder
 * @throws OrganMosaicError of the files, or invalid-data when image or labels changed since they were registered
 */
export async function preprocessCase(
  dataset: JobDataset,
  caseEntry: Case,
  plan: Plan,
  folder: string,
): Promise<Preparation> {
  if (existsSync(folder)) {
    if (await isIntact(folder)) return (await isUnchangedSince(dataset, caseEntry, folder)) ? 'kept' : 'outdated'
    await rm(folder, { recursive: true })
  }
  try {
    const preprocessed = await readAndResample(dataset, caseEntry, plan)
    await requireUnchanged(dataset, caseEntry)
    await storePreprocessed(folder, preprocessed)
    await noteSource(dataset, caseEntry, folder)
    return 'made'
  } catch (error) {
    // That a file was replaced says more than that its content fits no longer, and less than that it is damaged.
    if (toOrganMosaicError(error).code === 'invalid-data') await requireUnchanged(dataset, caseEntry)
    throw error
  }
}

async function readAndResample(dataset: JobDataset, caseEntry: Case, plan: Plan) {
  const channels = await readChannels(caseEntry.images.map((path) => join(dataset.root, path)))
  const { geometry } = channels[0]
  const grid = reorientGeometry(geometry, canonicalTransform(geometry))
  const { codes, codebook } = await readLabels(dataset, caseEntry, grid)
  const image = preprocessImage(channels, plan, nonZeroBox(codes, grid.shape))
  const labels = resampleLabels({ data: codes, geometry: grid }, image.geometry, { nearestAxis: plan.thickAxis }).data
  return { ...image, labels, codebook }
}
