import { expect, it } from 'vitest'
import { patientOf, type PatientRule } from '../../../contract/patient-rule.ts'

const before = (text: string, occurrence: 'first' | 'last'): PatientRule => ({ by: 'before', text, occurrence })

it.each<[PatientRule, string, string]>([
  [before('_', 'first'), 'P12_pre_1', 'P12'],
  [before('_', 'last'), 'P12_pre_1', 'P12_pre'],
  [before('-scan', 'first'), 'A-scan2', 'A'],
  // nothing would be left, or the text does not occur: the case stays a patient of its own
  [before('_', 'first'), '_1', '_1'],
  [before('#', 'first'), 'P12_1', 'P12_1'],
  [{ by: 'length', characters: 3 }, 'P12_pre', 'P12'],
  [{ by: 'length', characters: 30 }, 'P12', 'P12'],
])('%j makes of %s the patient %s', (rule, caseId, patient) => {
  expect(patientOf(rule, caseId)).toBe(patient)
})
