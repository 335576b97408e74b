// Changes of a registered dataset that need no look at its files.
import type { Dataset, DatasetRole } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { PatientRule } from '../../../contract/patient-rule.ts'
import { applyChoices, choicesOf } from './apply-choices.ts'
import { withAcross } from './quality/quality-findings.ts'

/** What is said of images that other datasets hold too depends on the role. Its cases stay the same ones. */
export function withRole(dataset: Dataset, role: DatasetRole, others: readonly Dataset[]): Dataset {
  return withAcross({ ...dataset, role, choices: choicesOf(dataset) }, others)
}

/** @throws OrganMosaicError `not-found` for a case that the dataset does not have */
export function withExcluded(dataset: Dataset, cases: readonly string[], excluded: boolean): Dataset {
  const unknown = cases.find((id) => !dataset.cases.some((each) => each.id === id))
  if (unknown !== undefined) {
    throw new OrganMosaicError('not-found', `${dataset.name} has no case ${unknown}; look for new cases first.`)
  }
  const choices = choicesOf(dataset)
  const others = choices.excluded.filter((id) => !cases.includes(id))
  return applyChoices(dataset, { ...choices, excluded: excluded ? [...others, ...cases] : others })
}

export const withPatients = (dataset: Dataset, rule: PatientRule | null): Dataset =>
  applyChoices(dataset, { ...choicesOf(dataset), patients: rule })
