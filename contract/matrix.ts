// The availability matrix: dataset x organ, summed up from case x organ. The first thing a person sees of a study.
import { z } from 'zod'
import { DatasetRoleSchema } from './dataset.ts'
import { OrganIdSchema } from './organ.ts'

export const MatrixCellSchema = z.object({
  labelled: z.int(),
  absent: z.int(),
  unlabelled: z.int(),
  merged: z.int(),
  cut: z.int(),
})
export type MatrixCell = z.infer<typeof MatrixCellSchema>

export const MatrixSchema = z.object({
  organs: z.array(OrganIdSchema),
  rows: z.array(
    z.object({
      dataset: z.string(),
      role: DatasetRoleSchema,
      cases: z.int(),
      cells: z.record(OrganIdSchema, MatrixCellSchema).describe('Number of cases in each state'),
    }),
  ),
  warnings: z.array(z.string()),
})
export type Matrix = z.infer<typeof MatrixSchema>
