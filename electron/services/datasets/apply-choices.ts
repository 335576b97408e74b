// What a person decided about the cases of a dataset: which are not to be used, and which are scans of one patient.
// Works on a fresh registration and on a registered dataset alike, and reads no file: a choice can be taken back.
import type { Case } from '../../../contract/case.ts'
import type { Dataset, DatasetChoices, FolderReading } from '../../../contract/dataset.ts'
import { patientOf, type PatientRule } from '../../../contract/patient-rule.ts'
import { excludeDuplicates } from './find-duplicates.ts'
import { fingerprintOf } from './fingerprint.ts'
import { isWithin, qualityFindings } from './quality/quality-findings.ts'

export const EXCLUDED_BY_HAND = 'Excluded by hand.'

/** The choices of a dataset; those of one that was registered before there were any. */
export const choicesOf = (dataset: Dataset): DatasetChoices =>
  dataset.choices ?? { excluded: [], patients: null, registeredAs: dataset.role }

/** The part of the choices that says how the folder is read. */
export const readingOf = ({ volume, channels, subset, patterns, splits, overlap }: FolderReading): FolderReading => ({
  ...(volume === undefined ? {} : { volume }),
  ...(channels === undefined ? {} : { channels }),
  ...(subset === undefined ? {} : { subset }),
  ...(patterns === undefined ? {} : { patterns }),
  ...(splits === undefined ? {} : { splits }),
  ...(overlap === undefined ? {} : { overlap }),
})

/** The same dataset with these choices instead of its own. */
export function applyChoices(dataset: Dataset, choices: DatasetChoices): Dataset {
  const bad = new Set(
    dataset.findings.flatMap(({ severity, code, caseId }) =>
      severity === 'error' && code !== 'duplicate-image' && caseId !== null ? [caseId] : [],
    ),
  )
  const excluded = new Set(choices.excluded)
  const chosen = dataset.cases.map((each): Case => {
    const withPatient = { ...each, ...namePatient(each, choices.patients) }
    if (bad.has(each.id)) return withPatient
    return excluded.has(each.id)
      ? { ...withPatient, status: 'excluded', excludedReason: EXCLUDED_BY_HAND }
      : { ...withPatient, status: 'ok', excludedReason: null }
  })
  const { cases, findings } = excludeDuplicates(chosen)
  return {
    ...dataset,
    choices,
    cases,
    findings: [
      ...dataset.findings.filter(
        (finding) => !isWithin(finding) && (finding.code !== 'duplicate-image' || finding.severity !== 'error'),
      ),
      ...findings,
      ...qualityFindings(cases, dataset.labels),
    ],
    fingerprint: fingerprintOf(dataset.labels, cases),
  }
}

/** patients.csv and identifiers in the files know better than any rule, and a rule better than the study of a scan. */
function namePatient(
  { id, patient, patientGiven, patientByRule, dicom }: Case,
  rule: PatientRule | null,
): Pick<Case, 'patient' | 'patientGiven' | 'patientByRule'> {
  const study = dicom?.patient === null ? dicom.study : null
  if (patientGiven && !patientByRule && patient !== study) return { patient, patientGiven, patientByRule: false }
  if (rule === null) return { patient: study ?? id, patientGiven: study !== null, patientByRule: false }
  return { patient: patientOf(rule, id), patientGiven: true, patientByRule: true }
}
