// Do the DICOM files tell people apart? After de-identification they may name nobody, or all of them alike.
import type { Case } from '../../../../contract/case.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { createFinding } from '../create-finding.ts'

/** As many cases of one person alone are a dataset that nobody makes on purpose. */
const MANY = 6

const WHAT_TO_DO = 'write a patients.csv (case,patient) into the folder and register it again'

/** @param cases in use */
export function checkPatients(cases: readonly Case[]): Finding[] {
  return [...nameless(cases), ...allAlike(cases)]
}

/** Where nobody said yet whose the cases are. */
function nameless(cases: readonly Case[]): Finding[] {
  const unnamed = cases.filter(
    ({ patient, patientGiven, patientByRule, dicom }) =>
      dicom?.patient === null && !patientByRule && (!patientGiven || patient === dicom.study),
  )
  if (unnamed.length === 0) return []
  const studies = new Set(unnamed.flatMap(({ dicom }) => dicom?.study ?? [])).size
  const alone = unnamed.filter(({ dicom }) => dicom?.study === null).length
  const parts = [
    studies > 0 ? `the series of one study count as one person (${studies} in all)` : '',
    alone === 1 ? '1 case without a study UID counts as a person of its own' : '',
    alone > 1 ? `${alone} cases without a study UID count as one person each` : '',
  ].filter((part) => part !== '')
  const whose = unnamed.length === 1 ? '1 case name' : `${unnamed.length} cases name`
  const message = `The DICOM files of ${whose} no patient (PatientID is empty or a placeholder such as ANON): ${parts.join(', and ')}. If a person was scanned more than once, ${WHAT_TO_DO}, or group the cases by patient on the page of the dataset; else that person may be trained on and tested on.`
  return [createFinding('warning', 'unknown-patients', message)]
}

/** One name for everybody that is no known placeholder, or one study for everybody. */
function allAlike(cases: readonly Case[]): Finding[] {
  const [first] = cases
  if (cases.length < MANY || !first.dicom || first.patientByRule) return []
  const named = first.dicom.patient ?? first.dicom.study
  if (named === null || cases.some(({ patient, dicom }) => patient !== named || !dicom)) return []
  const studies = new Set(cases.map(({ dicom }) => dicom?.study)).size
  const byName = first.dicom.patient !== null
  if (byName && studies < 2) return []
  const what = byName ? `one PatientID, in ${studies} studies` : 'one StudyInstanceUID and no PatientID'
  const message = `All ${cases.length} cases have ${what}, so that they count as one person, with whom alone nothing can be trained. If the identifier was overwritten and these are several people, ${WHAT_TO_DO}.`
  return [createFinding('warning', 'unknown-patients', message)]
}
