// Test data never trains: neither a test dataset, nor a patient or an image that is also in one.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { usableCases } from '../datasets/availability.ts'

/**
 * @param training the datasets a run wants
 * @param registered every dataset of the workspace
 * @throws OrganMosaicError `leakage` naming the first dataset, patient or image that must not be trained on
 */
export function refuseLeakage(training: readonly Dataset[], registered: readonly Dataset[]): void {
  for (const { name, role } of training) {
    if (role === 'train') continue
    const why = role === 'test' ? 'a test set' : 'complete labels of images that others train on'
    throw leakage(`Dataset ${name} has the role ${role}: it is ${why} and must not be trained on; leave it out.`)
  }
  for (const test of registered.filter(({ role }) => role === 'test')) {
    for (const dataset of training) refuseSharedCases(dataset, test)
  }
  training.forEach((first, index) => {
    for (const second of training.slice(index + 1)) refuseSharedImages(first, second)
  })
}

function refuseSharedCases(dataset: Dataset, test: Dataset): void {
  const shared = findShared(usableCases(dataset), test.cases, ({ imageHash }) => imageHash)
  if (shared) {
    throw leakage(
      `Case ${shared.mine.id} of ${dataset.name} is the same image as case ${shared.theirs.id} of the test set ${test.name}; remove it from one of the two folders and register that again.`,
    )
  }
  const patient = findShared(usableCases(dataset), test.cases, givenPatient)
  if (patient) {
    throw leakage(
      `Patient ${patient.mine.patient} of ${dataset.name} is also in the test set ${test.name} (case ${patient.theirs.id}); remove the patient from one of the two folders, or, where they are different people, name them differently in one patients.csv; then register that again.`,
    )
  }
}

/**
 * Names that a training set and a test set share while at least one of the two has no patients.csv: case_001 is in
 * many datasets, so that this proves nothing.
 * @returns one sentence for each pair of datasets
 */
export function findSharedNames(training: readonly Dataset[], registered: readonly Dataset[]): string[] {
  return registered
    .filter(({ role }) => role === 'test')
    .flatMap((test) => training.flatMap((dataset) => describeSharedNames(dataset, test)))
}

function describeSharedNames(dataset: Dataset, test: Dataset): string[] {
  const theirs = new Set(test.cases.map(({ patient }) => patient))
  const shared = [...new Set(usableCases(dataset).map(({ patient }) => patient))].filter((name) => theirs.has(name))
  if (shared.length === 0) return []
  const [first, ...more] = shared
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return [
    `${first}${others} is a case or patient id in both ${dataset.name} and the test set ${test.name}; if they are the same patient, take them out of one of the two. With a patients.csv (case,patient) in both folders this is checked.`,
  ]
}

/** Null for a case that is only called like its file. */
export const givenPatient = ({ patient, patientGiven }: Case): string | null => (patientGiven ? patient : null)

/** One image in two datasets could train in the one and validate in the other. */
function refuseSharedImages(first: Dataset, second: Dataset): void {
  const shared = findShared(usableCases(first), usableCases(second), ({ imageHash }) => imageHash)
  if (!shared) return
  throw leakage(
    `Case ${shared.mine.id} of ${first.name} and case ${shared.theirs.id} of ${second.name} are the same image; remove it from one of the two folders and register that again.`,
  )
}

function findShared(
  mine: readonly Case[],
  theirs: readonly Case[],
  keyOf: (item: Case) => string | null,
): { mine: Case; theirs: Case } | null {
  const byKey = new Map(theirs.map((item) => [keyOf(item), item]))
  for (const item of mine) {
    const key = keyOf(item)
    const other = key === null ? undefined : byKey.get(key)
    if (other) return { mine: item, theirs: other }
  }
  return null
}

function leakage(message: string): OrganMosaicError {
  return new OrganMosaicError('leakage', message)
}
