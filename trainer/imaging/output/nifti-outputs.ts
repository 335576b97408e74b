// NIfTI outputs: one label map, a mask an organ, a map of probabilities an organ.
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { outputFiles } from '../../../contract/output.ts'
import { readNifti } from '../nifti/read-nifti.ts'
import { writeNifti } from '../nifti/write-nifti.ts'
import type { Volume } from '../volume.ts'
import {
  aboutLine,
  maskOf,
  requireIdentical,
  type OutputSegment,
  type OutputWriter,
  type SegmentationToWrite,
  type WrittenOutput,
} from './output-writer.ts'

/** @returns voxels compared. @throws OrganMosaicError environment when what was read back is not what was written */
export async function writeNiftiChecked(path: string, volume: Volume, description: string): Promise<number> {
  await writeNifti(path, volume, { description })
  return requireIdentical(path, volume, (await readNifti(path)).volume)
}

export const writeLabelMap: OutputWriter = async (segmentation, folder) => {
  const [file] = outputFiles('nifti', segmentation.id, [])
  const voxels = await writeNiftiChecked(join(folder, file), segmentation.labelMap, aboutLine(segmentation))
  return { files: [file], check: { kind: 'identical', voxels } }
}

/** An organ that was looked for and not found has an empty mask. */
export const writeMasks: OutputWriter = (segmentation, folder) =>
  writeEachOrgan('nifti-masks', segmentation, folder, ({ value }) => maskOf(segmentation.labelMap, value))

/** Of the models alone, also where a true label replaces what they say. */
export const writeProbabilities: OutputWriter = async (segmentation, folder) => {
  const { probabilityOf } = segmentation
  if (!probabilityOf) throw new OrganMosaicError('internal', 'The probabilities of the prediction were not kept.')
  return writeEachOrgan('probabilities', segmentation, folder, ({ value }) => probabilityOf(value))
}

async function writeEachOrgan(
  format: 'nifti-masks' | 'probabilities',
  segmentation: SegmentationToWrite,
  folder: string,
  volumeOf: (segment: OutputSegment) => Volume,
): Promise<WrittenOutput> {
  const { segments, id } = segmentation
  const files = outputFiles(
    format,
    id,
    segments.map(({ organ }) => organ),
  )
  let voxels = 0
  for (const [n, segment] of segments.entries()) {
    voxels += await writeNiftiChecked(join(folder, files[n]), volumeOf(segment), aboutLine(segmentation))
  }
  return { files, check: { kind: 'identical', voxels } }
}
