// One folder a patient, with the image and one mask file an organ: in segmentations/, masks/ ... or beside the image.
// A mask file that one patient lacks means that nobody looked there: unlabelled, not absent.
import type { LabelSource } from '../../../../contract/dataset.ts'
import { ambiguity, folderOf, IMAGE_NAME, isVolume, nameOf, stemOf } from './case-files.ts'
import { modalityOf, oneChannel, type FoundCase, type LayoutDetector } from './layout.ts'

const MASK_FOLDER = /^(segmentations?|segs?|masks?|labels?|labelmaps?|structures?|organs?|rois?|contours?)$/i

export const organFilesLayout: LayoutDetector = {
  id: 'organ-files',
  expects:
    'a folder a patient: an image named ct, mr, t1, image ... (or like the patient) and one mask file an organ, in ' +
    'segmentations/, masks/, labels/ or beside the image',

  async detect(folder) {
    const byPatient = Map.groupBy(
      folder.files.filter((path) => path.includes('/') && isVolume(path)),
      (path) => path.slice(0, path.indexOf('/')),
    )
    const cases = [...byPatient].map(([patient, paths]) => toCase(patient, paths))
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
      channels: oneChannel(modalityOf(stemOf(image))),
      labels: [...new Set(keys)].sort().map((key) => ({ key, sourceName: key })),
      cases,
    }
  },
}

function toCase(patient: string, paths: readonly string[]): FoundCase {
  const own = (path: string) => withoutPatient(stemOf(path), patient)
  const images = paths.filter((path) => folderOf(path) === patient && (own(path) === '' || IMAGE_NAME.test(own(path))))
  const inMaskFolders = paths.filter((path) => MASK_FOLDER.test(folderOf(path).slice(patient.length + 1)))
  const beside = paths.filter((path) => folderOf(path) === patient && !images.includes(path))
  const masks = inMaskFolders.length > 0 ? inMaskFolders : beside
  const byKey = Map.groupBy(masks, (path) => own(path) || stemOf(path))
  const labels = [...byKey].map(([labelKey, [path]]): LabelSource => ({ kind: 'mask', path, labelKey }))
  const problems = [...byKey.values()].flatMap((same) => ambiguity(patient, 'label', same))
  return {
    id: patient,
    images: [images[0] ?? null],
    labels,
    problems: [...ambiguity(patient, 'image', images), ...problems],
  }
}

/** Many exports repeat the patient in every file name: 'P01_ct', 'P01-parotid_left', and plain 'P01' for the image. */
function withoutPatient(stem: string, patient: string): string {
  const name = stem.replace(/_0000$/, '')
  if (name === patient) return ''
  return name.startsWith(patient) && /^[-_. ]./.test(name.slice(patient.length)) ? name.slice(patient.length + 1) : name
}
