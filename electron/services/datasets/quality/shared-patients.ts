// The same person in two datasets: known by the hashed identifier of DICOM files, or by names that people gave.
import type { Case } from '../../../../contract/case.ts'
import type { Dataset, DatasetRole } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { secretOf } from '../../../../contract/hashed-patient.ts'
import { createFinding } from '../create-finding.ts'

const MOST_LISTED = 5

/** One finding a patient: a warning where DICOM says it, a note where only two tables use the same name. */
export function findSharedPatients(role: DatasetRole, cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  if (role === 'reference') return []
  const mine = Map.groupBy(cases.filter(isNamed), ({ patient }) => patient)
  return others
    .filter((other) => other.role !== 'reference')
    .flatMap((other) => {
      const theirs = Map.groupBy(other.cases.filter(isNamed), ({ patient }) => patient)
      const shared = [...mine].flatMap(([patient, own]) =>
        sharedFinding(patient, own, theirs.get(patient) ?? [], other),
      )
      return [...shared, ...incomparable(mine, theirs, other)]
    })
}

/** Not by a rule over ids: case_001 is in many datasets. */
const isNamed = ({ patientGiven, patientByRule }: Case): boolean => patientGiven === true && patientByRule !== true

function sharedFinding(patient: string, own: readonly Case[], twins: readonly Case[], other: Dataset): Finding[] {
  // The same image is reported by itself.
  const theirImages = new Set(twins.map(({ imageHash }) => imageHash))
  const cases = own.filter(
    ({ imageHash }) => twins.length > 0 && (imageHash === null || twins.length > 1 || !theirImages.has(imageHash)),
  )
  if (cases.length === 0) return []
  const mine = listed(cases)
  const whose = `${listed(twins)} of the dataset ${other.name} (role ${other.role})`
  const about = cases.length === 1 ? { caseId: cases[0].id } : {}
  if (secretOf(patient) !== null) {
    const by = patient.startsWith('study-') ? 'the study UID' : 'the identifier'
    const message = `${capital(mine)} ${cases.length === 1 ? 'is' : 'are'} of the same person as ${whose}, by ${by} in the DICOM files (compared as a hash). A person is never in training and test data of one run.`
    return [createFinding('warning', 'shared-patient', message, about)]
  }
  const message = `${capital(mine)} and ${whose} name the same patient ${patient}; if this is one person, it must not be in training and test data of one run.`
  return [createFinding('info', 'shared-patient', message, about)]
}

/** Hashes of two secrets: of a workspace whose secret was made anew, or from another workspace. */
function incomparable(
  mine: ReadonlyMap<string, unknown>,
  theirs: ReadonlyMap<string, unknown>,
  other: Dataset,
): Finding[] {
  const [own, their] = [mine, theirs].map(
    (patients) => new Set([...patients.keys()].flatMap((each) => secretOf(each) ?? [])),
  )
  if (own.size === 0 || their.size === 0 || own.union(their).size === 1) return []
  const message = `Whether people of this dataset are also in ${other.name} cannot be told by their DICOM identifiers: the two were hashed with different secrets of the workspace (its file patient-key). Register both again.`
  return [createFinding('warning', 'shared-patient', message)]
}

function listed(cases: readonly Case[]): string {
  const ids = cases.slice(0, MOST_LISTED).map(({ id }) => id)
  const more = cases.length > MOST_LISTED ? ` and ${cases.length - MOST_LISTED} more` : ''
  return `${cases.length === 1 ? 'case' : 'cases'} ${ids.join(', ')}${more}`
}

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1)
