// The lines of a study's tables and figures: its rows, and the best single model of each row of full models.
import { z } from 'zod'
import { ReportKeySchema } from './results.ts'

export const StudyLineKindSchema = z
  .enum(['network', 'fused', 'ensemble', 'best'])
  .describe('The one network, partial models fused, full models averaged, the full model that validated best')
export type StudyLineKind = z.infer<typeof StudyLineKindSchema>

export const StudyLineInfoSchema = z.object({
  key: ReportKeySchema,
  row: z.string(),
  kind: StudyLineKindSchema,
  label: z.string(),
})
export type StudyLineInfo = z.infer<typeof StudyLineInfoSchema>
