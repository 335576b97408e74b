// nnU-Net and Medical Segmentation Decathlon: dataset.json beside imagesTr/labelsTr and imagesTs/labelsTs.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetRole } from '../../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { FolderListing } from '../list-folder.ts'
import { caseIdOf, folderOf, isVolume, pairFiles, stemOf } from './case-files.ts'
import { modalityOf, type LayoutDetector } from './layout.ts'
import { channelsOf, labelsOf, parseDescription, type DatasetDescription } from './nnunet-description.ts'

export const nnunetLayout: LayoutDetector = {
  id: 'nnunet',
  expects: 'nnU-Net or Decathlon: dataset.json with "labels", images in imagesTr, label maps in labelsTr (or ...Ts)',

  async detect(folder, role) {
    if (!folder.files.includes('dataset.json')) return null
    const hasSplits = volumesIn(folder, 'imagesTr').length + volumesIn(folder, 'imagesTs').length > 0
    const description = parseDescription(await readFile(join(folder.root, 'dataset.json'), 'utf8'))
    // some other tool's dataset.json: let the next detectors look at the folder
    if (!hasSplits && (typeof description === 'string' || !description.training)) return null
    if (typeof description === 'string') {
      throw new OrganMosaicError('invalid-data', `${join(folder.root, 'dataset.json')} ${description}`)
    }
    const channels = channelsOf(description)
    refuseSeveralChannels(folder, channels)

    const split = chooseSplit(folder, role)
    return {
      layout: 'nnunet',
      reason: `dataset.json with labels; cases in images${split} and labels${split}`,
      title: description.name ?? null,
      modality: channels[0] === undefined ? null : (modalityOf(channels[0]) ?? 'other'),
      labels: labelsOf(description, join(folder.root, 'dataset.json')),
      cases: pairFiles(
        filesById(folder, `images${split}`, split === 'Tr' ? description : {}, 'image'),
        filesById(folder, `labels${split}`, split === 'Tr' ? description : {}, 'label'),
      ),
    }
  },
}

const volumesIn = (folder: FolderListing, subfolder: string): string[] =>
  folder.files.filter((path) => folderOf(path) === subfolder && isVolume(path))

/**
 * Training cases for training, labelled test cases for testing; the other one where only that exists. A folder with
 * both can so be registered twice, under two names, without its test cases leaking into training.
 */
function chooseSplit(folder: FolderListing, role: DatasetRole): 'Tr' | 'Ts' {
  const labelled = (split: 'Tr' | 'Ts') => volumesIn(folder, `labels${split}`).length > 0
  if (role === 'test') return labelled('Ts') || !labelled('Tr') ? 'Ts' : 'Tr'
  return labelled('Ts') && !labelled('Tr') && volumesIn(folder, 'imagesTr').length === 0 ? 'Ts' : 'Tr'
}

/** What lies in the folder, and what dataset.json lists: a case that is only listed stays, with its file missing. */
function filesById(
  folder: FolderListing,
  subfolder: string,
  description: DatasetDescription,
  kind: 'image' | 'label',
): Map<string, string[]> {
  const present = new Set(folder.files)
  const paths = new Set(volumesIn(folder, subfolder))
  const listed = (description.training ?? []).map((entry) => entry[kind].replace(/^\.\//, ''))
  for (const path of listed) if (present.has(path)) paths.add(path)
  const byId = Map.groupBy(paths, caseIdOf)
  for (const path of listed) if (!byId.has(caseIdOf(path))) byId.set(caseIdOf(path), [])
  return byId
}

function refuseSeveralChannels(folder: FolderListing, channels: readonly string[]): void {
  const second = folder.files.find((path) => folderOf(path).startsWith('images') && /_0001$/.test(stemOf(path)))
  if (channels.length < 2 && second === undefined) return
  throw new OrganMosaicError(
    'invalid-data',
    `${folder.root} has several channels an image (${channels.length > 1 ? channels.join(', ') : second}); expected ` +
      'one. Copy the channel to use into a folder of its own, with one entry in "channel_names", and register that.',
  )
}
