// What is worth knowing about a dataset or one of its cases, with a code for each kind: docs/reference/findings.md.
import { z } from 'zod'
import { OrganIdSchema } from './organ.ts'

export const FindingCodeSchema = z.enum([
  'unreadable-image',
  'unreadable-label',
  'missing-image',
  'missing-label',
  'shape-mismatch',
  'geometry-mismatch',
  'geometry-drift',
  'unknown-label-value',
  'non-integer-label',
  'empty-label',
  'all-labels-empty',
  'label-overlap',
  'not-finite',
  'constant-image',
  'duplicate-image',
  'unmapped-organ',
  'ambiguous-file',
  'not-three-dimensional',
  'header-oddity',
  'undeclared-label',
  'left-out-label',
  'label-split',
  'label-repaired',
  'mapping-file',
  'swapped-sides',
  'unusual-position',
  'implausible-volume',
  'outlier-volume',
  'organ-at-border',
  'sometimes-absent',
  'shared-patient',
  'unknown-patients',
  'missing-slices',
  'patient-identifiers',
])
export const FindingSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']).describe('error: the case is excluded'),
  code: FindingCodeSchema,
  caseId: z.string().nullable(),
  organ: OrganIdSchema.nullable(),
  cases: z.array(z.string()).optional().describe('Ids of its cases, where one finding is about several'),
  message: z.string().min(1),
})
export type Finding = z.infer<typeof FindingSchema>
export type FindingCode = z.infer<typeof FindingCodeSchema>
