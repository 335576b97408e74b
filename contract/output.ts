// Before and around writing segmentations: which cases there are, what will be written, what was uploaded.
import { z } from 'zod'

export const RunCasesSchema = z.array(
  z.object({
    dataset: z.string(),
    trained: z.boolean().describe('Whether the run was trained on it: then its true labels complete the export'),
    cases: z.array(z.object({ caseId: z.string(), imageThere: z.boolean() })),
  }),
)
export type RunCases = z.infer<typeof RunCasesSchema>

export const PlannedFileSchema = z.object({
  name: z.string(),
  kind: z.enum(['label-map', 'provenance', 'sidecar']),
  overwrites: z.boolean(),
})

export const OutputPlanSchema = z.object({
  output: z.string().describe('Folder, absolute'),
  exists: z.boolean(),
  images: z.array(
    z.object({
      id: z.string(),
      image: z.string().describe('Absolute'),
      voxels: z.int().nullable().describe('null: the header cannot be read'),
      files: z.array(PlannedFileSchema),
    }),
  ),
  overwritten: z.int().describe('Files of these names that are there already'),
  largestBytes: z.number().describe('If nothing could be compressed; label maps usually shrink to a few per cent'),
  expectedBytes: z.number(),
  freeBytes: z.number().nullable().describe('On the disk of the folder'),
})
export type OutputPlan = z.infer<typeof OutputPlanSchema>

export const UploadSchema = z.object({
  file: z.string(),
  path: z.string().describe('Absolute, on the machine that runs the host'),
  bytes: z.number(),
})
export type Upload = z.infer<typeof UploadSchema>
