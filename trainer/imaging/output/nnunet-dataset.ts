// A dataset that nnU-Net (v2) trains on: imagesTr, labelsTr and dataset.json, made larger case by case.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { channelOf, type Channel } from '../../../contract/channel.ts'
import { NNUNET_FOLDER, outputFiles } from '../../../contract/output.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { readChannels } from '../read-channels.ts'
import { writeNiftiChecked } from './nifti-outputs.ts'
import { aboutLine, type OutputWriter, type SegmentationToWrite } from './output-writer.ts'

const ENDING = '.nii.gz'

/** The image is written again, a file a channel, on its own grid: it may come from DICOM, and nnU-Net wants both in one format. */
export const writeNnunetCase: OutputWriter = async (segmentation, folder) => {
  const files = outputFiles('nnunet', segmentation.id, [], segmentation.images.length)
  const labelFile = files.at(-1)!
  const { geometry } = segmentation.labelMap
  let voxels = await writeNiftiChecked(join(folder, labelFile), segmentation.labelMap, aboutLine(segmentation))
  for (const [n, { data }] of (await readChannels(segmentation.images)).entries()) {
    voxels += await writeNiftiChecked(join(folder, files[n]), { data, geometry }, 'OrganMosaic, for nnU-Net')
  }
  const description = `${NNUNET_FOLDER}/dataset.json`
  await writeFileAtomically(join(folder, description), await describeDataset(segmentation, folder))
  return { files: [...files, description], check: { kind: 'identical', voxels } }
}

/** A CT by what it is, whatever its lab calls it; so is an only channel. */
const nameFor = ({ name, modality }: Channel, count: number): string =>
  modality === 'CT' || count === 1 ? channelOf(modality).name : name

/** Counts what is there, so that an export of further cases to the same folder extends the dataset. */
async function describeDataset(segmentation: SegmentationToWrite, folder: string): Promise<string> {
  const labels = await readdir(join(folder, NNUNET_FOLDER, 'labelsTr'))
  const organs = segmentation.segments.map(({ organ, value }) => [organ, value] as const)
  const description = {
    // By this name nnU-Net chooses its normalisation.
    channel_names: Object.fromEntries(
      segmentation.channels.map((channel, n, all) => [n, nameFor(channel, all.length)]),
    ),
    labels: { background: 0, ...Object.fromEntries(organs) },
    numTraining: labels.filter((name) => name.endsWith(ENDING) && !name.startsWith('.')).length,
    file_ending: ENDING,
    description: `Complete labels of the run ${segmentation.about.run}: true labels where they exist, else its models`,
    reference: aboutLine(segmentation),
  }
  return `${JSON.stringify(description, null, 2)}\n`
}
