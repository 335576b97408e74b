// BIDS with derivatives: sub-01/anat/sub-01_T1w.nii.gz, and dseg or mask files of the same subject and session, mostly
// below derivatives/. What values mean is in a ..._dseg.tsv.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabelSource } from '../../../../contract/case.ts'
import type { Modality } from '../../../../contract/channel.ts'
import type { FolderListing } from '../list-folder.ts'
import { parseTable } from '../parse-table.ts'
import { isBidsName, parseBidsName, type BidsName } from './bids-names.ts'
import { choosePipeline } from './bids-pipelines.ts'
import { isVolume, nameOf } from './case-files.ts'
import { namedChannel, oneChannel, type FoundCase, type FoundLabel, type LayoutDetector } from './layout.ts'

/** In order of preference, should a session have several. */
const IMAGES = [
  'CT',
  'ct',
  'T1w',
  'T2w',
  'FLAIR',
  'T1map',
  'T2map',
  'PDw',
  'T2starw',
  'inplaneT1',
  'pet',
  'dwi',
  'bold',
]

export const bidsLayout: LayoutDetector = {
  id: 'bids',
  expects: 'BIDS: images such as sub-01/anat/sub-01_T1w.nii.gz, and ..._dseg or ..._mask files of the same subjects',

  async detect(folder, _role, reading) {
    const files = folder.files.filter((path) => isVolume(path) && isBidsName(path)).map(parseBidsName)
    const images = files.filter(({ suffix }) => IMAGES.includes(suffix))
    const allLabels = files.filter(({ suffix }) => suffix === 'dseg' || suffix === 'mask')
    if (images.length === 0 || allLabels.length === 0) return null
    const { labels, holds, names, notes } = choosePipeline(allLabels, reading, folder.root)
    const byImage = Map.groupBy(labels, (label) => imageOf(label, images)?.path ?? null)
    const labelled = images.filter(({ path }) => byImage.has(path))
    const chosen = reading.channels ?? []
    const asChannels = labelled.some(
      (image) => channelImages(image, images, chosen).filter((path) => path !== null).length > 1,
    )
    const cases = labelled.map((image): FoundCase => {
      const own = byImage.get(image.path) ?? []
      const { sub } = image.entities
      return {
        id: caseIdOf(image, labelled),
        images: asChannels ? channelImages(image, images, chosen) : [image.path],
        labels: own.map(sourceOf),
        problems: [],
        patient: `sub-${sub}`,
      }
    })
    if (cases.length === 0) return null
    const masks = cases.flatMap((each) => each.labels.flatMap((label) => (label.kind === 'mask' ? label.labelKey : [])))
    const table = await readTables(folder, holds)
    const hasMaps = cases.some((each) => each.labels.some(({ kind }) => kind === 'map'))
    const named = [...new Set(masks)].sort().map((key) => ({ key, sourceName: key }))
    const suffixes = [...new Set(labelled.map(({ suffix }) => suffix))]
    return {
      layout: 'bids',
      reason: `BIDS: ${cases.length} images (${suffixes.join(', ')}) with ${labels.length} dseg and mask files of their subjects`,
      title: null,
      channels: asChannels ? chosen.map(namedChannel) : oneChannel(modalityOfSuffixes(suffixes)),
      possibleChannels: asChannels ? [] : possibleChannels(labelled, images),
      labels: hasMaps && table.length === 0 ? null : [...table, ...named],
      cases,
      notes,
      subsets: names,
    }
  },
}

const isOfSession = (image: BidsName, { entities }: BidsName): boolean =>
  ['sub', 'ses'].every((key) => image.entities[key] === entities[key])

/** @param names suffixes in the order of the channels, `T1` for T1w. @returns an image each, null where there is none */
const channelImages = (image: BidsName, images: readonly BidsName[], names: readonly string[]): (string | null)[] =>
  names.map((name) => {
    const suffixes = [name.toLowerCase(), `${name.toLowerCase()}w`]
    const called = images.filter((each) => suffixes.includes(each.suffix.toLowerCase()) && isOfSession(each, image))
    return called.includes(image) ? image.path : (imageOf(image, called)?.path ?? null)
  })

/** Suffixes of the images of labelled sessions, where there are several. */
function possibleChannels(labelled: readonly BidsName[], images: readonly BidsName[]): string[] {
  const beside = images.filter((each) => labelled.some((image) => isOfSession(each, image)))
  const suffixes = IMAGES.filter((suffix) => beside.some((each) => each.suffix === suffix))
  return suffixes.length > 1 ? suffixes : []
}

/** Of the same subject and session; of several the one that shares most entities, then the most usual kind. */
function imageOf(label: BidsName, images: readonly BidsName[]): BidsName | null {
  const same = images.filter((image) => isOfSession(image, label))
  const score = ({ entities, suffix }: BidsName): number =>
    Object.entries(entities).reduce((sum, [key, value]) => sum + (label.entities[key] === value ? 1 : -1), 0) * 100 -
    IMAGES.indexOf(suffix)
  return [...same].sort((a, b) => score(b) - score(a))[0] ?? null
}

/** sub-01, sub-01_ses-2: as long as it must be. */
function caseIdOf(image: BidsName, images: readonly BidsName[]): string {
  const { sub, ses } = image.entities
  const short = `sub-${sub}${ses === undefined ? '' : `_ses-${ses}`}`
  const twins = images.filter(({ entities }) => entities['sub'] === sub && entities['ses'] === ses)
  return twins.length === 1 ? short : `${short}_${image.rest}`
}

function sourceOf({ path, suffix, entities }: BidsName): LabelSource {
  const labelKey = entities['label'] ?? entities['desc'] ?? 'mask'
  return suffix === 'mask' ? { kind: 'mask', path, labelKey } : { kind: 'map', path }
}

/** Columns index and name, of all tables of a pipeline together: they describe one set of values. */
async function readTables(folder: FolderListing, holds: (path: string) => boolean): Promise<FoundLabel[]> {
  const found = new Map<string, string>()
  for (const path of folder.files.filter((file) => /(^|[_/])dseg\.tsv$/.test(nameOf(file)) && holds(file))) {
    const [header = [], ...rows] = parseTable(await readFile(join(folder.root, path), 'utf8'))
    const [index, name] = ['index', 'name'].map((column) => header.findIndex((each) => each.toLowerCase() === column))
    for (const row of index < 0 || name < 0 ? [] : rows) {
      if (/^[1-9]\d*$/.test(row[index] ?? '') && row[name]) found.set(row[index], row[name])
    }
  }
  return [...found].map(([key, sourceName]) => ({ key, sourceName })).sort((a, b) => Number(a.key) - Number(b.key))
}

function modalityOfSuffixes(suffixes: readonly string[]): Modality {
  if (suffixes.every((suffix) => suffix.toLowerCase() === 'ct')) return 'CT'
  return suffixes.some((suffix) => ['ct', 'CT', 'pet'].includes(suffix)) ? 'other' : 'MR'
}
