// Two folders, images and label maps, files matched by name; what values mean is in labels.csv, or nowhere.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderListing } from '../list-folder.ts'
import { caseIdOf, channelFiles, countChannels, folderOf, isVolume, pairFiles, stemOf } from './case-files.ts'
import { readLabelTable } from './label-table.ts'
import { modalityOf, oneChannel, type FoundChannel, type LayoutDetector } from './layout.ts'

/** In order of preference, should a folder have several. */
const IMAGE_FOLDERS = [
  'images',
  'image',
  'imagestr',
  'imgs',
  'img',
  'ct',
  'cts',
  'mr',
  'mri',
  'scans',
  'volumes',
  'data',
]
const LABEL_FOLDERS = [
  ...['labels', 'label', 'labelstr', 'labelmaps', 'segmentations', 'segmentation', 'segs', 'seg', 'masks', 'mask'],
  ...['annotations', 'groundtruth', 'gt'],
]
const LABEL_TABLES = ['labels.csv', 'labels.tsv', 'label.csv', 'organs.csv']

export const pairedLayout: LayoutDetector = {
  id: 'paired',
  expects:
    'paired folders: images/ and labels/ (img/ and seg/ ...), files matched by name, names of values in labels.csv',

  async detect(folder) {
    const imageFolder = firstWithVolumes(folder, IMAGE_FOLDERS)
    const labelFolder = firstWithVolumes(folder, LABEL_FOLDERS)
    if (imageFolder === null || labelFolder === null) return null

    const tables = LABEL_TABLES.flatMap((name) => [name, `${labelFolder}/${name}`])
    const table = tables.find((path) => folder.files.includes(path))
    const images = volumesIn(folder, imageFolder)
    return {
      layout: 'paired',
      reason: `images in ${imageFolder}/, label maps in ${labelFolder}/, ${table ? `names in ${table}` : 'no names'}`,
      title: null,
      channels: channelsIn(images, imageFolder),
      labels: table ? readLabelTable(await readFile(join(folder.root, table), 'utf8'), join(folder.root, table)) : null,
      cases: pairFiles(...matchStems(images, volumesIn(folder, labelFolder))),
    }
  },
}

/** Several where files are numbered as nnU-Net does, A_0000 and A_0001; a number is no name. */
function channelsIn(images: readonly string[], folder: string): FoundChannel[] {
  const count = countChannels(images)
  if (count === 1) return oneChannel(modalityOf(folder) ?? modalityOf(stemOf(images[0])))
  return Array.from({ length: count }, () => ({ name: null, modality: modalityOf(folder) }))
}

const volumesIn = (folder: FolderListing, subfolder: string): string[] =>
  folder.files.filter((path) => folderOf(path) === subfolder && isVolume(path))

function firstWithVolumes(folder: FolderListing, names: readonly string[]): string | null {
  const subfolders = [...new Set(folder.files.filter(isVolume).map(folderOf))]
  const found = names.map((name) => subfolders.find((subfolder) => subfolder.toLowerCase() === name))
  return found.find((name) => name !== undefined) ?? null
}

/**
 * Images and labels by case id. Equal names go first; what is left is matched without affixes such as _label or img,
 * so that 'P1.nii' finds 'P1_seg.nii' and never takes the label of 'P1_ct.nii'.
 */
function matchStems(images: readonly string[], labels: readonly string[]) {
  const imagesById = channelFiles(images)
  const idsByCore = Map.groupBy(imagesById.keys(), coreOf)
  const idOf = (label: string): string => {
    const id = caseIdOf(label)
    if (imagesById.has(id)) return id
    const candidates = idsByCore.get(coreOf(id)) ?? []
    return candidates.length === 1 ? candidates[0] : id
  }
  return [imagesById, Map.groupBy(labels, idOf)] as const
}

const AFFIX = '(?:images?|img|volume|vol|scan|cts?|mri?|labels?|labelmap|segmentations?|seg|masks?|gt|groundtruth)'
const SUFFIX = new RegExp(`[-_. ]${AFFIX}$`, 'i')
const PREFIX = new RegExp(`^${AFFIX}(?:[-_. ]|(?=\\d))`, 'i')

/** 'P1_seg', 'seg-P1' -> 'p1'; 'img0001' and 'label0001' -> '0001' */
function coreOf(id: string): string {
  return id.replace(SUFFIX, '').replace(PREFIX, '').toLowerCase()
}
