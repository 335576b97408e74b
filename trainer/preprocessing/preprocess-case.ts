// One training case: image files, one a channel, and label files -> a preprocessed Zarr folder, written once and shared by all jobs.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../../contract/dataset.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { JobDataset } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { canonicalTransform, reorientGeometry } from '../imaging/canonical.ts'
import { nonZeroBox } from '../imaging/crop.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { resampleLabels } from '../imaging/resample.ts'
import { preprocessImage } from './preprocess-image.ts'
import { isIntact, storePreprocessed } from './preprocessed-store.ts'
import { readLabels } from './read-labels.ts'

/**
 * Does nothing when the folder is there and reads well; a damaged one is made again.
 * @param folder see preprocessedFolder
 * @throws OrganMosaicError of the files, or invalid-data when the image changed since it was registered
 */
export async function preprocessCase(dataset: JobDataset, caseEntry: Case, plan: Plan, folder: string): Promise<void> {
  if (existsSync(folder)) {
    if (await isIntact(folder)) return
    await rm(folder, { recursive: true })
  }
  const files = caseEntry.images.map((path) => join(dataset.root, path))
  const channels = await readChannels(files)
  const { geometry } = channels[0]
  const grid = reorientGeometry(geometry, canonicalTransform(geometry))
  const { codes, codebook } = await readLabels(dataset, caseEntry, grid)
  const image = preprocessImage(channels, plan, nonZeroBox(codes, grid.shape))
  if (caseEntry.imageHash !== null && caseEntry.imageHash !== image.imageHash) {
    throw new OrganMosaicError(
      'invalid-data',
      `Case ${caseEntry.id}: ${files.join(', ')} changed since dataset ${dataset.name} was registered. ` +
        'Register the dataset again.',
    )
  }
  const labels = resampleLabels({ data: codes, geometry: grid }, image.geometry, { nearestAxis: plan.thickAxis }).data
  await storePreprocessed(folder, { ...image, labels, codebook })
}
