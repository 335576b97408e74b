// A dataset that nnU-Net (v2) trains on: imagesTr, labelsTr and dataset.json, made larger case by case.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NNUNET_FOLDER, outputFiles } from '../../../contract/output.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { readImage } from '../read-image.ts'
import { writeNiftiChecked } from './nifti-outputs.ts'
import { aboutLine, type OutputWriter, type SegmentationToWrite } from './output-writer.ts'

const ENDING = '.nii.gz'

/** The image is written again, on its own grid: it may come from DICOM, and nnU-Net wants both in one format. */
export const writeNnunetCase: OutputWriter = async (segmentation, folder) => {
  const [imageFile, labelFile] = outputFiles('nnunet', segmentation.id, [])
  const { volume } = await readImage(segmentation.image)
  const image = { data: volume.data, geometry: segmentation.labelMap.geometry }
  const voxels =
    (await writeNiftiChecked(join(folder, imageFile), image, 'OrganMosaic, for nnU-Net')) +
    (await writeNiftiChecked(join(folder, labelFile), segmentation.labelMap, aboutLine(segmentation)))
  const description = `${NNUNET_FOLDER}/dataset.json`
  await writeFileAtomically(join(folder, description), await describeDataset(segmentation, folder))
  return { files: [imageFile, labelFile, description], check: { kind: 'identical', voxels } }
}

/** Counts what is there, so that an export of further cases to the same folder extends the dataset. */
async function describeDataset(segmentation: SegmentationToWrite, folder: string): Promise<string> {
  const labels = await readdir(join(folder, NNUNET_FOLDER, 'labelsTr'))
  const organs = segmentation.segments.map(({ organ, value }) => [organ, value] as const)
  const description = {
    // By this name nnU-Net chooses its normalisation.
    channel_names: { '0': segmentation.modality === 'other' ? 'image' : segmentation.modality },
    labels: { background: 0, ...Object.fromEntries(organs) },
    numTraining: labels.filter((name) => name.endsWith(ENDING) && !name.startsWith('.')).length,
    file_ending: ENDING,
    description: `Complete labels of the run ${segmentation.about.run}: true labels where they exist, else its models`,
    reference: aboutLine(segmentation),
  }
  return `${JSON.stringify(description, null, 2)}\n`
}
