// The same person in two datasets: known by the hashed identifier of DICOM files, or by names that people gave.
import type { Case, Dataset, DatasetRole, Finding } from '../../../../contract/dataset.ts'
import { createFinding } from '../create-finding.ts'

/** As layouts/dicom-layout.ts calls a patient: a hash, which two people do not share. */
const HASHED = /^patient-[0-9a-f]{12}$/

/** One finding a patient: a warning where DICOM says it, a note where only two tables use the same name. */
export function findSharedPatients(role: DatasetRole, cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  if (role === 'reference') return []
  return others
    .filter((other) => other.role !== 'reference')
    .flatMap((other) => {
      const theirs = new Map(other.cases.filter(isNamed).map((each) => [each.patient, each]))
      const shared = new Map(
        cases.filter(isNamed).flatMap((each) => {
          const twin = theirs.get(each.patient)
          // The same image is reported by itself.
          return twin && (each.imageHash === null || twin.imageHash !== each.imageHash)
            ? [[each.patient, { each, twin }]]
            : []
        }),
      )
      return [...shared.values()].map(({ each, twin }) => sharedFinding(each, twin, other))
    })
}

/** Not by a rule over ids: case_001 is in many datasets. */
const isNamed = ({ patientGiven, patientByRule }: Case): boolean => patientGiven === true && patientByRule !== true

function sharedFinding(each: Case, twin: Case, other: Dataset): Finding {
  const whose = `case ${twin.id} of the dataset ${other.name} (role ${other.role})`
  if (HASHED.test(each.patient)) {
    const message = `Case ${each.id} is of the same person as ${whose}, by the identifier in the DICOM files (compared as a hash). A person is never in training and test data of one run.`
    return createFinding('warning', 'shared-patient', message, { caseId: each.id })
  }
  const message = `Case ${each.id} and ${whose} both name the patient ${each.patient}; if this is one person, it must not be in training and test data of one run.`
  return createFinding('info', 'shared-patient', message, { caseId: each.id })
}
