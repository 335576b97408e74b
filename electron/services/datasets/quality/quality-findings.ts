// Suspicions that no single file shows: from the cases of a dataset together, and from the datasets of a workspace together.
// The first go with every change of a dataset, the second with every change of any dataset.
import type { Case } from '../../../../contract/case.ts'
import type { Dataset, DatasetRole, Label } from '../../../../contract/dataset.ts'
import type { Finding, FindingCode } from '../../../../contract/finding.ts'
import { findDuplicatesAcross } from '../find-duplicates.ts'
import { loadVocabulary, organNames } from '../../vocabulary/load-vocabulary.ts'
import { checkAbsence, checkBorders } from './check-extent.ts'
import { checkPatients } from './check-patients.ts'
import { checkPositions, comparePositions } from './check-positions.ts'
import { checkSides } from './check-sides.ts'
import { checkVolumes } from './check-volumes.ts'
import { findSharedPatients } from './shared-patients.ts'

const WITHIN: readonly FindingCode[] = [
  'swapped-sides',
  'unusual-position',
  'implausible-volume',
  'outlier-volume',
  'organ-at-border',
  'sometimes-absent',
  'unknown-patients',
]

/** Said of a dataset because of another one. */
export const isAcross = ({ code, severity, caseId }: Finding): boolean =>
  code === 'shared-patient' ||
  (code === 'duplicate-image' && severity !== 'error') ||
  (code === 'unusual-position' && caseId === null)

export const isWithin = (finding: Finding): boolean => WITHIN.includes(finding.code) && !isAcross(finding)

/** Of the cases in use. */
export function qualityFindings(cases: readonly Case[], labels: readonly Label[]): Finding[] {
  const vocabulary = loadVocabulary()
  const nameOf = organNames(vocabulary)
  const used = cases.filter(({ status }) => status === 'ok')
  return [
    ...checkSides(used, vocabulary, nameOf),
    ...checkPositions(used),
    ...checkVolumes(used, nameOf),
    ...checkAbsence(used, labels, nameOf),
    ...checkBorders(used, nameOf),
    ...checkPatients(used),
  ]
}

/** @param others datasets of the workspace without the one itself */
export function acrossFindings(role: DatasetRole, cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  const used = cases.filter(({ status }) => status === 'ok')
  return [
    ...findDuplicatesAcross(role, cases, others),
    ...findSharedPatients(role, cases, others),
    ...comparePositions(used, others),
  ]
}

/** @returns the same object where nothing is said anew */
export function withAcross(dataset: Dataset, others: readonly Dataset[]): Dataset {
  const before = dataset.findings.filter(isAcross)
  const now = acrossFindings(dataset.role, dataset.cases, others)
  const text = (findings: readonly Finding[]): string => JSON.stringify(findings.map(({ message }) => message).sort())
  if (text(before) === text(now)) return dataset
  return { ...dataset, findings: [...dataset.findings.filter((finding) => !isAcross(finding)), ...now] }
}
