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

/** What the matrix means for training. The message is complete; the rest is for those who show it in another way. */
export const MatrixNoteSchema = z.object({
  kind: z.enum(['only-merged', 'never-present', 'shares-nothing', 'taught-as-background']),
  organs: z.array(OrganIdSchema),
  datasets: z.array(z.string()),
  voxels: z.int().nonnegative().nullable().describe('taught-as-background: wrong voxels a case, about'),
  message: z.string(),
})
export type MatrixNote = z.infer<typeof MatrixNoteSchema>

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
  warnings: z.array(z.string()).describe('The messages of the notes'),
  notes: z.array(MatrixNoteSchema),
})
export type Matrix = z.infer<typeof MatrixSchema>
