// What evaluation, prediction, export and the doctor write: report JSON files and --json answers.
import { z } from 'zod'
import { DeviceSchema } from './device.ts'
import { OrganIdSchema } from './organ.ts'
import { ModelChoiceSchema } from './job.ts'
import { OutputCheckSchema, OutputFormatSchema } from './output.ts'

/** Scores of one organ in one case, on the original grid, in mm. */
export const OrganScoreSchema = z.object({
  caseId: z.string(),
  organ: OrganIdSchema,
  status: z
    .enum(['scored', 'both-empty', 'missed', 'invented', 'not-evaluable'])
    .describe(
      'missed: truth but no prediction; invented: prediction but no truth; not-evaluable: nobody labelled it here',
    ),
  dice: z.number().min(0).max(1).nullable().describe('1 when both are empty, 0 when one is; null when not evaluable'),
  hd95Mm: z.number().nonnegative().nullable().describe('null unless both have voxels'),
  assdMm: z.number().nonnegative().nullable(),
  nsd: z.number().min(0).max(1).nullable(),
  truthVoxels: z.int().nullable(),
  predictedVoxels: z.int(),
  evaluatedShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the voxels that were scored; below 1 only for pseudo labels'),
})
export type OrganScore = z.infer<typeof OrganScoreSchema>

export const OrganSummarySchema = z.object({
  organ: OrganIdSchema,
  cases: z.int().describe('Evaluable cases with a truth or a prediction'),
  dice: z.number().nullable(),
  diceSd: z.number().nullable(),
  hd95Mm: z.number().nullable(),
  assdMm: z.number().nullable(),
  nsd: z.number().nullable(),
  missed: z.int(),
  invented: z.int(),
})

export const EvaluationReportSchema = z.object({
  run: z.string(),
  dataset: z.string(),
  stage: z.int(),
  model: ModelChoiceSchema,
  createdAt: z.iso.datetime(),
  runUpdatedAt: z.iso.datetime().nullable().optional().describe('Time of the last event that the run had then'),
  nsdToleranceMm: z.number(),
  meanDice: z.number().nullable().describe('Mean over organs of the mean over cases'),
  organs: z.array(OrganSummarySchema),
  scores: z.array(OrganScoreSchema),
  failures: z.array(z.object({ caseId: z.string(), message: z.string() })),
  keptParts: z
    .array(z.object({ organ: OrganIdSchema, keep: z.number().min(0).max(1) }))
    .optional()
    .describe('Post-processing: connected parts of at least this share of the largest stayed; 1: the largest alone'),
  seconds: z.number(),
  peakMemoryMb: z.number(),
})
export type EvaluationReport = z.infer<typeof EvaluationReportSchema>

/** Of a segment in an export. The provenance says it voxel by voxel. */
export const SegmentSourceSchema = z
  .enum(['model', 'truth', 'mixed'])
  .describe(
    'truth: true labels of the registered case settle every voxel; mixed: a true label that the model divided, or some of both',
  )
export type SegmentSource = z.infer<typeof SegmentSourceSchema>

/** The JSON beside every exported segmentation. It holds nothing that names a patient. */
export const SegmentationSidecarSchema = z.object({
  caseId: z.string(),
  image: z.string().describe('Its file or folder, without the UID of a series; of several channels, the first'),
  images: z.array(z.string()).optional().describe('One a channel'),
  imageHash: z.string(),
  labelMap: z.string().nullable().describe('The NIfTI label map, where it was asked for'),
  outputs: z
    .array(z.object({ format: OutputFormatSchema, files: z.array(z.string()), check: OutputCheckSchema }))
    .default([])
    .describe('What was written, relative to the folder of this file, and how it was checked'),
  software: z.string(),
  run: z.string(),
  stage: z.int(),
  model: ModelChoiceSchema,
  createdAt: z.iso.datetime(),
  researchUseOnly: z.literal(true),
  segments: z.array(
    z.object({
      value: z.int().positive(),
      organ: OrganIdSchema,
      name: z.string(),
      color: z.string(),
      snomedCode: z.string().nullable(),
      voxels: z.int(),
      volumeMl: z.number(),
      source: SegmentSourceSchema,
      truthVoxels: z
        .int()
        .optional()
        .describe(
          'Of its voxels those that a true label settles: 255 in the provenance; where true labels were asked for',
        ),
    }),
  ),
})
export type SegmentationSidecar = z.infer<typeof SegmentationSidecarSchema>

export const ProbeReportSchema = z.object({
  tensorflow: z.string(),
  tfjs: z.string(),
  binding: z.enum(['wheel', 'upstream']),
  devices: z.array(DeviceSchema).describe('All that may be used: the processor, then the graphics cards'),
  device: z.enum(['CPU', 'GPU']).describe('Where the probe really ran'),
  threads: z.int(),
  convolutionGflops: z.number().describe('conv3d, forward and both gradients'),
  gradientError: z.number().describe('Largest relative difference to finite differences'),
  sample: z
    .array(z.number())
    .default([])
    .describe('Some values of a convolution and its gradients, to compare devices with each other'),
  seconds: z.number(),
})
export type ProbeReport = z.infer<typeof ProbeReportSchema>

export const DoctorReportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'warning', 'error']),
      value: z.string(),
      advice: z.string().describe('What to do; empty when there is nothing to do'),
    }),
  ),
  probe: ProbeReportSchema.nullable(),
})
export type DoctorReport = z.infer<typeof DoctorReportSchema>
