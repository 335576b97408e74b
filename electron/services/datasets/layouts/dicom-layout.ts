// DICOM of any folder structure: series found by what their files say, labels (SEG, RTSTRUCT) by the series that they
// refer to. Label files in other formats belong to the series of their patient's folder.
import { join, relative, sep } from 'node:path'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { LabelSource } from '../../../../contract/case.ts'
import type { Modality } from '../../../../contract/channel.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { groupSeries, isVolumeSeries, type DicomSeries } from '../../../../trainer/imaging/dicom/dicom-series.ts'
import { segmentAddress, seriesAddress } from '../../../../trainer/imaging/image-source.ts'
import { openSegmentation } from '../../../../trainer/imaging/read-label.ts'
import { createFinding } from '../create-finding.ts'
import { caseIdOf, IMAGE_NAME, isVolume, stemOf } from './case-files.ts'
import { nameSeries } from './dicom-case-names.ts'
import { areSeries, channelSeries, possibleChannels } from './dicom-channels.ts'
import { noteTypes, proposeColors, withoutDoubles } from './expand-segments.ts'
import { modalityOf, namedChannel, oneChannel, type FoundCase, type LayoutDetector } from './layout.ts'
import { matchLabels } from './match-dicom-labels.ts'

/** Files of DICOM end so, or have no ending at all (IM0001, 1.2.840.113...). */
const MAY_BE_DICOM = /(\.(dcm|dicom|ima|seg)|\.\d+|(^|\/)[^./]+)$/i

/** @throws OrganMosaicError invalid-data where there are labels, and no image that they could belong to */
function refuseLonelyLabels(root: string, series: readonly DicomSeries[]): null {
  const { unmatched } = matchLabels(series, [])
  if (unmatched.length === 0) return null
  throw new OrganMosaicError(
    'invalid-data',
    `${root} holds ${unmatched.length} SEG or RTSTRUCT and no image series; expected the series that they were drawn on in the same folder, at any depth. ${unmatched[0]}`,
  )
}

export const dicomLayout: LayoutDetector = {
  id: 'dicom',
  expects:
    'DICOM: series in folders of any depth, with SEG or RTSTRUCT that refer to them, or with label files in the folder of the patient',

  async detect(folder, _role, { channels = [] }) {
    const paths = folder.files.filter((path) => MAY_BE_DICOM.test(path)).map((path) => join(folder.root, path))
    const series = await groupSeries(paths)
    const images = series.filter(isVolumeSeries)
    if (images.length === 0) return refuseLonelyLabels(folder.root, series)
    const inRoot = (path: string): string => relative(folder.root, path).split(sep).join('/')
    const { labelsOf, lostSlices, unmatched } = matchLabels(series, images)
    // Scouts and other series beside a labelled one do not make its name longer.
    const namesFor = (some: readonly DicomSeries[]): Map<string, string> =>
      nameSeries(some.map((image) => ({ uid: image.uid, folder: inRoot(image.folder) })))
    const names = new Map([...namesFor(images), ...namesFor(images.filter(({ uid }) => labelsOf.has(uid)))])
    const volumes = folder.files.filter(isVolume)
    const folders = images.map((image) => inRoot(image.folder))

    // Names that no series has are meant for the volumes of one series.
    const channelNames = areSeries(channels, images) ? channels : []

    const cases: FoundCase[] = []
    const colors = new Map<string, string>()
    const types = new Map<string, string>()
    for (const image of images) {
      const id = names.get(image.uid) ?? image.uid
      const problems = (lostSlices.get(image.uid) ?? []).map((sentence) =>
        createFinding('warning', 'missing-slices', `Case ${id}: ${sentence}`, { caseId: id }),
      )
      const labels: LabelSource[] = []
      for (const path of labelsOf.get(image.uid) ?? [])
        labels.push(...(await structuresOf(path, inRoot(path), id, { problems, colors, types })))
      if (labels.length === 0) labels.push(...volumesOf(inRoot(image.folder), folders, id, volumes))
      if (labels.length === 0 && !problems.some(({ severity }) => severity === 'error')) continue
      const { patient, study } = image.files[0]
      const series = channelNames.length > 1 ? channelSeries(image, images, channelNames) : [image]
      const found = {
        id,
        images: series.map((each) => each && seriesAddress(inRoot(each.folder), each.uid)),
        labels,
        problems,
      }
      cases.push(withoutDoubles({ ...found, dicom: { patient, study } }))
    }
    if (cases.length === 0) {
      throw new OrganMosaicError(
        'invalid-data',
        `${folder.root} holds ${images.length} DICOM image series and no label that belongs to one of them; expected SEG or RTSTRUCT that refer to a series, or label files beside it.${unmatched.length > 0 ? ` ${unmatched[0]}` : ''}`,
      )
    }
    const masks = cases.flatMap(({ labels }) =>
      labels.flatMap((source) => (source.kind === 'mask' ? source.labelKey : [])),
    )
    const used = images.filter((series) => isUsed(series, cases))
    const left = images.filter((series) => !isUsed(series, cases))
    const modality = modalityOfSeries(used)
    const channelsToBe = possibleChannels(used, left)
    const hasMaps = cases.some(({ labels }) => labels.some(({ kind }) => kind === 'map'))
    return {
      layout: 'dicom',
      reason: `${cases.length} DICOM series with labels, ${labelsOf.size} of them with SEG or RTSTRUCT that refer to them`,
      title: null,
      channels:
        channelNames.length > 1
          ? channelNames.map((name) => ({ ...namedChannel(name), modality: modalityOf(name) ?? modality }))
          : oneChannel(modality),
      labels: hasMaps ? null : [...new Set(masks)].sort().map((key) => ({ key, sourceName: key })),
      cases,
      colors,
      types,
      possibleChannels: channelsToBe,
      notes: notesOn(left, unmatched, channelsToBe, inRoot),
    }
  },
}

async function structuresOf(
  path: string,
  shown: string,
  id: string,
  { problems, colors, types }: { problems: Finding[]; colors: Map<string, string>; types: Map<string, string> },
): Promise<LabelSource[]> {
  try {
    const segmentation = await openSegmentation(path)
    const segments = segmentation?.segments ?? []
    proposeColors(colors, segments)
    noteTypes(types, segments)
    return segments.map((segment) => ({
      kind: 'mask',
      path: segmentAddress(shown, segment.id),
      labelKey: segment.name,
    }))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    problems.push(createFinding('error', 'unreadable-label', `Case ${id}: ${reason}`, { caseId: id }))
    return []
  }
}

/** A label map named like the case, or the label files below the folder in which the series is the only one. */
function volumesOf(folder: string, folders: readonly string[], id: string, volumes: readonly string[]): LabelSource[] {
  const labels = volumes.filter((path) => !IMAGE_NAME.test(stemOf(path)))
  const named = labels.filter((path) => coreOf(caseIdOf(path)) === coreOf(id))
  if (named.length === 1) return [{ kind: 'map', path: named[0] }]
  const top = folder.includes('/') ? `${folder.slice(0, folder.indexOf('/'))}/` : folder === '' ? '' : `${folder}/`
  if (folders.filter((other) => `${other}/`.startsWith(top)).length > 1) return []
  const own = labels.filter((path) => path.startsWith(top))
  if (own.length === 1) return [{ kind: 'map', path: own[0] }]
  return own.map((path) => ({ kind: 'mask', path, labelKey: stemOf(path) }))
}

const coreOf = (id: string): string =>
  id.replace(/[-_. ](labels?|labelmap|seg|segmentation|masks?|gt)$/i, '').toLowerCase()

function modalityOfSeries(series: readonly DicomSeries[]): Modality {
  const kinds = new Set(series.map(({ files }) => files[0].modality))
  if (kinds.size !== 1) return 'other'
  const [only] = kinds
  return only === 'CT' || only === 'MR' ? only : 'other'
}

const isUsed = ({ uid }: DicomSeries, cases: readonly FoundCase[]): boolean =>
  cases.some(({ images }) => images.some((image) => image?.endsWith(`=${uid}`)))

function notesOn(
  left: readonly DicomSeries[],
  unmatched: readonly string[],
  channels: readonly string[],
  inRoot: (path: string) => string,
): Finding[] {
  const notes = unmatched.map((sentence) => createFinding('warning', 'missing-image', sentence))
  if (left.length === 0) return notes
  const shown = left
    .slice(0, 3)
    .map(({ files, folder }) => `${files[0].modality} of ${files.length} files in ${inRoot(folder) || '.'}`)
  const one = left.length === 1
  const asChannels =
    channels.length > 0 ? ` To use ${one ? 'it' : 'them'} as channels, name these: ${channels.join(', ')}.` : ''
  const message = `${left.length} DICOM series without labels ${one ? 'is' : 'are'} not registered: ${shown.join('; ')}${left.length > 3 ? '; ...' : ''}.${asChannels} A series becomes a case of its own when a SEG or RTSTRUCT of the folder refers to it, or a label file lies in its folder.`
  return [...notes, createFinding('info', 'ambiguous-file', message)]
}
