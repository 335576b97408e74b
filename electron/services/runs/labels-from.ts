// An upper bound: the same images, patients and split, learned with the complete labels that a reference dataset has of them.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { usableCases } from '../datasets/availability.ts'

/**
 * @param reference of role reference; its cases are found by their images
 * @returns the dataset under its own name and with its own case ids, so that it is split as without these labels
 * @throws OrganMosaicError `usage` for another role, `invalid-data` when an image has no labels there
 */
export function withLabelsFrom(dataset: Dataset, reference: Dataset): Dataset {
  if (reference.role !== 'reference') {
    throw new OrganMosaicError(
      'usage',
      `Complete labels come from a dataset of role reference, and ${reference.name} has the role ${reference.role}; register the complete labels of the training images in that role.`,
    )
  }
  const byImage = new Map(usableCases(reference).map((item) => [item.imageHash, item]))
  const complete = (item: Case): Case => {
    const found = item.imageHash === null ? undefined : byImage.get(item.imageHash)
    if (!found) {
      throw new OrganMosaicError(
        'invalid-data',
        `Case ${item.id} of ${dataset.name} has no usable case with the same image in ${reference.name}; exclude it, or add its complete labels there and read the folder again.`,
      )
    }
    const { id, patient, patientGiven, patientByRule } = item
    const names = { id, patient, ...(patientGiven === undefined ? {} : { patientGiven }) }
    return { ...found, ...names, ...(patientByRule === undefined ? {} : { patientByRule }) }
  }
  const { root, layout, labels, fingerprint } = reference
  return { ...dataset, root, layout, labels, fingerprint, cases: usableCases(dataset).map(complete) }
}
