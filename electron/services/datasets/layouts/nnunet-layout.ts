// nnU-Net and Medical Segmentation Decathlon: dataset.json beside imagesTr/labelsTr and imagesTs/labelsTs.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetRole, FolderReading } from '../../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { volumeAddress } from '../../../../trainer/imaging/image-source.ts'
import type { FolderListing } from '../list-folder.ts'
import { caseIdOf, channelFiles, countChannels, folderOf, isVolume, pairFiles, stemOf } from './case-files.ts'
import { namedChannel, type FoundCase, type FoundChannel, type LayoutDetector } from './layout.ts'
import { channelsOf, declaredLabels, parseDescription, type DatasetDescription } from './nnunet-description.ts'
import { readRegions } from './nnunet-regions.ts'

export const nnunetLayout: LayoutDetector = {
  id: 'nnunet',
  expects:
    'nnU-Net or Decathlon: dataset.json with "labels", images in imagesTr (a file or a volume a channel), label maps in labelsTr (or ...Ts)',

  async detect(folder, role, reading) {
    if (!folder.files.includes('dataset.json')) return null
    const hasSplits = volumesIn(folder, 'imagesTr').length + volumesIn(folder, 'imagesTs').length > 0
    const description = parseDescription(await readFile(join(folder.root, 'dataset.json'), 'utf8'))
    // some other tool's dataset.json: let the next detectors look at the folder
    if (!hasSplits && (typeof description === 'string' || !description.training)) return null
    if (typeof description === 'string') {
      throw new OrganMosaicError('invalid-data', `${join(folder.root, 'dataset.json')} ${description}`)
    }
    const split = chooseSplit(folder, role)
    const listing = split === 'Tr' ? description : {}
    const found = filesOf(folder, `images${split}`, listing, 'image')
    const channels = channelsIn(folder, description, found.paths)
    const images = channelFiles(found.paths, channels.length)
    for (const id of found.listed)
      if (!images.has(id))
        images.set(
          id,
          channels.map(() => []),
        )
    const labels = filesOf(folder, `labels${split}`, listing, 'label')
    const labelsById = Map.groupBy(labels.paths, caseIdOf)
    for (const id of labels.listed) if (!labelsById.has(id)) labelsById.set(id, [])
    const isNumbered = channels.length === 1 || found.paths.some((path) => stemOf(path).endsWith('_0000'))
    const declared = declaredLabels(description, join(folder.root, 'dataset.json'))
    const { labels: named, cases, notes } = readRegions(declared, pairFiles(images, labelsById))
    return {
      layout: 'nnunet',
      reason: `dataset.json with labels; cases in images${split} and labels${split}`,
      title: description.name ?? null,
      labels: named,
      notes,
      ...(isNumbered ? { channels, cases } : byVolume(channels, cases, reading)),
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
function filesOf(
  folder: FolderListing,
  subfolder: string,
  description: DatasetDescription,
  kind: 'image' | 'label',
): { paths: string[]; listed: string[] } {
  const present = new Set(folder.files)
  const listed = (description.training ?? []).map((entry) => entry[kind].replace(/^\.\//, ''))
  const paths = new Set([...volumesIn(folder, subfolder), ...listed.filter((path) => present.has(path))])
  return { paths: [...paths], listed: listed.map(caseIdOf) }
}

/** As dataset.json names them; where it names none, as the files are numbered. @throws OrganMosaicError invalid-data */
function channelsIn(folder: FolderListing, description: DatasetDescription, images: readonly string[]): FoundChannel[] {
  const named = channelsOf(description).map(namedChannel)
  const count = countChannels(images)
  if (named.length === 0) return Array.from({ length: count }, () => ({ name: null, modality: null }))
  if (count <= named.length) return named
  const last = images.find((path) => stemOf(path).endsWith(`_${String(count - 1).padStart(4, '0')}`))
  throw new OrganMosaicError(
    'invalid-data',
    `${folder.root} has images of ${count} channels (${last}), and dataset.json names ${named.length} ` +
      `(${named.map(({ name }) => name).join(', ')}); name all of them in "channel_names", or remove the files.`,
  )
}

/** The Decathlon: the volumes of a 4D file are the channels, in the order of "modality". One that was chosen is the only one. */
function byVolume(
  channels: FoundChannel[],
  cases: readonly FoundCase[],
  { volume }: FolderReading,
): { channels: FoundChannel[]; cases: FoundCase[] } {
  const chosen = volume === undefined ? undefined : channels[volume - 1]
  if (chosen) return { channels: [chosen], cases: cases.map((each) => ({ ...each, images: each.images.slice(0, 1) })) }
  const volumesOf = (file: string | null): (string | null)[] =>
    channels.map((_, n) => (file === null ? null : volumeAddress(file, n + 1)))
  return { channels, cases: cases.map((each) => ({ ...each, images: volumesOf(each.images[0] ?? null) })) }
}
