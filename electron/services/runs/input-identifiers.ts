// Who the patients are may stand in the images that are segmented, and in the names that their segmentations get from
// folders: said before anybody passes the files on. No name is repeated.
import { basename } from 'node:path'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { mapConcurrently } from '../datasets/map-concurrently.ts'
import { findIdentifiers } from '../datasets/quality/find-identifiers.ts'
import type { Inputs } from './prediction-inputs.ts'

const AT_ONCE = 8

/** @returns sentences, none where nothing was found */
export async function describeIdentifiers(inputs: Inputs): Promise<string[]> {
  const found = await mapConcurrently(inputs, AT_ONCE, ({ id, images }) =>
    findIdentifiers('', images, [id, ...images.map((image) => basename(pathOf(image)))]),
  )
  const holding = found.filter(({ fields }) => fields.length > 0)
  const called = found.filter(({ inPath }) => inPath).length
  const fields = [...new Set(holding.flatMap((each) => each.fields))].slice(0, 8).join(', ')
  const images = holding.length === 1 ? 'The image of 1 case says' : `The images of ${holding.length} cases say`
  const named = called === 1 ? '1 segmentation' : `${called} segmentations`
  return [
    holding.length > 0
      ? `${images} who the patient is (${fields}). Only a DICOM SEG or RTSTRUCT repeats what its source series says; no other file holds it.`
      : '',
    called > 0
      ? `The files of ${named} are called like the patient in the image, because its folder or file is. Rename them before you pass them on, or rename the image and predict again.`
      : '',
  ].filter((sentence) => sentence !== '')
}
