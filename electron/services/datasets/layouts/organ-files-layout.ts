// One folder a patient, with the image (or one a channel: t1, t2) and one mask file an organ: in segmentations/, masks/ ... or
// beside the image.
// A mask file that one patient lacks means that nobody looked there: unlabelled, not absent.
import type { LabelSource } from '../../../../contract/case.ts'
import { ambiguity, folderOf, IMAGE_NAME, isVolume, nameOf, stemOf } from './case-files.ts'
import { modalityOf, namedChannel, oneChannel, type FoundCase, type LayoutDetector } from './layout.ts'

const MASK_FOLDER = /^(segmentations?|segs?|masks?|labels?|labelmaps?|structures?|organs?|rois?|contours?)$/i

export const organFilesLayout: LayoutDetector = {
  id: 'organ-files',
  expects:
    'a folder a patient: an image named ct, mr, t1, image ... (or like the patient; several for channels) and one mask file an organ, in ' +
    'segmentations/, masks/, labels/ or beside the image',

  async detect(folder) {
    const byPatient = Map.groupBy(
      folder.files.filter((path) => path.includes('/') && isVolume(path)),
      (path) => path.slice(0, path.indexOf('/')),
    )
    const names = channelNames(byPatient)
    const cases = [...byPatient].map(([patient, paths]) => toCase(patient, paths, names))
    // one complete patient shows the kind; what the others lack is reported a case
    if (!cases.some((found) => found.images[0] !== null && found.labels.length > 0)) return null

    const keys = cases.flatMap((found) =>
      found.labels.flatMap((label) => (label.kind === 'mask' ? label.labelKey : [])),
    )
    const image = cases.find((found) => found.images[0] !== null)?.images[0] ?? ''
    return {
      layout: 'organ-files',
      reason: `${cases.length} folders, one a patient, with an image such as ${nameOf(image)} and a mask file an organ`,
      title: null,
      channels: names.length > 1 ? names.map(namedChannel) : oneChannel(modalityOf(stemOf(image))),
      labels: [...new Set(keys)].sort().map((key) => ({ key, sourceName: key })),
      cases,
    }
  },
}

const isImageOf = (patient: string, path: string): boolean => {
  const own = withoutPatient(stemOf(path), patient)
  return folderOf(path) === patient && (own === '' || IMAGE_NAME.test(own))
}

/** What images are called in at least half of the folders; one that a few have besides is no channel of all. */
function channelNames(byPatient: ReadonlyMap<string, readonly string[]>): string[] {
  const namesOf = [...byPatient].map(([patient, paths]) => {
    const images = paths.filter((path) => isImageOf(patient, path))
    return new Set(images.map((path) => withoutPatient(stemOf(path), patient).toLowerCase()))
  })
  const having = namesOf.filter((names) => names.size > 0)
  const all = [...new Set(having.flatMap((names) => [...names]))].sort()
  return all.filter((name) => name !== '' && 2 * having.filter((names) => names.has(name)).length >= having.length)
}

/** @param channels names of the images, where there are several */
function toCase(patient: string, paths: readonly string[], channels: readonly string[]): FoundCase {
  const own = (path: string) => withoutPatient(stemOf(path), patient)
  const images = paths.filter((path) => isImageOf(patient, path))
  const byChannel =
    channels.length > 1 ? channels.map((name) => images.filter((path) => own(path).toLowerCase() === name)) : [images]
  const inMaskFolders = paths.filter((path) => MASK_FOLDER.test(folderOf(path).slice(patient.length + 1)))
  const beside = paths.filter((path) => folderOf(path) === patient && !images.includes(path))
  const masks = inMaskFolders.length > 0 ? inMaskFolders : beside
  const byKey = Map.groupBy(masks, (path) => own(path) || stemOf(path))
  const labels = [...byKey].map(([labelKey, [path]]): LabelSource => ({ kind: 'mask', path, labelKey }))
  const problems = [...byKey.values()].flatMap((same) => ambiguity(patient, 'label', same))
  return {
    id: patient,
    images: byChannel.map(([first]) => first ?? null),
    labels,
    problems: [...byChannel.flatMap((some) => ambiguity(patient, 'image', some)), ...problems],
  }
}

/** Many exports repeat the patient in every file name: 'P01_ct', 'P01-parotid_left', and plain 'P01' for the image. */
function withoutPatient(stem: string, patient: string): string {
  const name = stem.replace(/_0000$/, '')
  if (name === patient) return ''
  return name.startsWith(patient) && /^[-_. ]./.test(name.slice(patient.length)) ? name.slice(patient.length + 1) : name
}
