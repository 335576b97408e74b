// A small slice of a validation case that the trainer leaves at each validation, in the run's folder previews/.
import { z } from 'zod'

/** Bytes as base64, rows from front to back, each from right to left of the patient. */
export const RunSliceSchema = z.object({
  stage: z.int().min(0).max(2),
  step: z.int().nonnegative(),
  dataset: z.string(),
  caseId: z.string(),
  shape: z.tuple([z.int().positive(), z.int().positive()]).describe('[height, width]'),
  spacingMm: z.tuple([z.number().positive(), z.number().positive()]).describe('[height, width]'),
  image: z.string().describe('Grey values'),
  truth: z.string().describe('Position of the organ in the run, from 1; 0 where no single organ is labelled'),
  predictions: z.array(z.object({ model: z.int().min(1).max(9), classes: z.string().describe('As truth') })),
})
export type RunSlice = z.infer<typeof RunSliceSchema>

export const RunSliceEntrySchema = z.object({
  file: z.string(),
  stage: z.int(),
  step: z.int(),
  position: z.int().describe('Of the dataset, from 1'),
})
export type RunSliceEntry = z.infer<typeof RunSliceEntrySchema>
