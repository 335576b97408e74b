// How the ids of cases tell which of them are scans of one person: "P12_pre" and "P12_post" are P12.
// Here, because the window previews what the services will do.
import { z } from 'zod'

export const PatientRuleSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('before').describe('Everything before a text'),
    text: z.string().min(1).max(20),
    occurrence: z.enum(['first', 'last']),
  }),
  z.object({ by: z.literal('length').describe('The first characters'), characters: z.int().min(1).max(120) }),
])
export type PatientRule = z.infer<typeof PatientRuleSchema>

/**
 * An id that the rule does not fit is a patient of its own.
 * @example patientOf({ by: 'before', text: '_', occurrence: 'first' }, 'P12_pre_1') === 'P12'
 */
export function patientOf(rule: PatientRule, caseId: string): string {
  if (rule.by === 'length') return caseId.slice(0, rule.characters)
  const at = rule.occurrence === 'first' ? caseId.indexOf(rule.text) : caseId.lastIndexOf(rule.text)
  return at > 0 ? caseId.slice(0, at) : caseId
}
