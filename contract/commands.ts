// What the services answer and the command line prints with --json, beyond datasets, jobs and reports themselves.
import { z } from 'zod'
import { ChannelsSchema, ModalitySchema } from './channel.ts'
import { AvailabilityStateSchema } from './case.ts'
import { DatasetRoleSchema, LabelSchema, LayoutIdSchema, LeftOutLabelSchema } from './dataset.ts'
import { FindingSchema } from './finding.ts'
import { DeviceSchema } from './device.ts'
import { MetricSchema, PhaseSchema } from './events.ts'
import { ShapeSchema, SpacingSchema } from './geometry.ts'
import { JobStateSchema, ModelChoiceSchema } from './job.ts'
import { MemoryOfferSchema } from './memory.ts'
import { OrganIdSchema } from './organ.ts'
import { WrittenSegmentationSchema } from './output.ts'
import { EvaluationReportSchema } from './report.ts'
import { MethodSchema } from './methods.ts'
import { RunPlaceSchema } from './place.ts'
import { PresetSchema, RunConfigSchema, StagesSchema } from './run-config.ts'

export const DatasetSummarySchema = z.object({
  name: z.string(),
  role: DatasetRoleSchema,
  modality: ModalitySchema.describe('Of all channels; other where they differ'),
  channels: ChannelsSchema,
  layout: LayoutIdSchema,
  root: z.string(),
  registeredAt: z.iso.datetime(),
  cases: z.int(),
  usableCases: z.int(),
  organs: z.array(OrganIdSchema),
  errors: z.int().describe('Findings that exclude a case'),
  warnings: z.int(),
})
export type DatasetSummary = z.infer<typeof DatasetSummarySchema>

const spread = <T extends z.ZodType>(item: T) => z.object({ min: item, median: item, max: item })

export const DatasetDetailSchema = z.object({
  summary: DatasetSummarySchema,
  layoutReason: z.string().describe('Why this layout was recognised'),
  labels: z.array(LabelSchema),
  leftOut: z.array(LeftOutLabelSchema).describe('Labels that are not read as organs'),
  shape: spread(ShapeSchema).nullable().describe('Each axis on its own, over usable cases; null without any'),
  spacingMm: spread(SpacingSchema).nullable(),
  organs: z.array(
    z.object({
      organ: OrganIdSchema,
      states: z.partialRecord(AvailabilityStateSchema, z.int()).describe('Usable cases in each state'),
      volumeMl: spread(z.number()).nullable().describe('Over the cases where it is completely labelled'),
    }),
  ),
  cases: z.array(
    z.object({
      id: z.string(),
      patient: z.string(),
      status: z.enum(['ok', 'excluded']),
      excludedReason: z.string().nullable(),
      shape: ShapeSchema.nullable(),
      spacingMm: SpacingSchema.nullable(),
      organs: z.array(OrganIdSchema).describe('Delineated here'),
    }),
  ),
  findings: z.array(FindingSchema),
})
export type DatasetDetail = z.infer<typeof DatasetDetailSchema>

export const ProgressSchema = z.object({
  phase: PhaseSchema,
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().nullable(),
  message: z.string(),
})

export const RunSummarySchema = z.object({
  name: z.string(),
  state: JobStateSchema,
  preset: PresetSchema,
  stages: StagesSchema,
  datasets: z.array(z.string()).describe('Model k is trained on the k-th'),
  organs: z.array(OrganIdSchema),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime().nullable().describe('Time of the last event'),
  progress: ProgressSchema.nullable(),
  validationDice: z.number().nullable().describe('Mean of the latest validation.dice of every model and organ'),
  place: RunPlaceSchema.nullable().describe('Where it waits or runs, and what that place says; null: this machine'),
  folder: z.string(),
})
export type RunSummary = z.infer<typeof RunSummarySchema>

export const RunDetailSchema = z.object({
  summary: RunSummarySchema,
  method: MethodSchema,
  stage1From: z.string().nullable(),
  config: RunConfigSchema,
  latestMetrics: z.array(MetricSchema).describe('The last value of every metric'),
  checkpoints: z.array(
    z.object({
      stage: z.int(),
      model: z.int().nullable(),
      kind: z.enum(['last', 'best', 'final']),
      step: z.int(),
      path: z.string(),
      score: z.number().nullable(),
    }),
  ),
  findings: z
    .array(z.object({ severity: z.enum(['warning', 'info']), message: z.string() }))
    .describe('Ignored pseudo labels summed up by organ'),
  ignoredPseudoLabels: z
    .array(
      z.object({ dataset: z.string(), caseId: z.string(), organ: OrganIdSchema, reason: z.enum(['volume', 'cut']) }),
    )
    .describe('One by one'),
  evaluations: z.array(
    EvaluationReportSchema.pick({ dataset: true, stage: true, model: true, createdAt: true, meanDice: true }),
  ),
  error: z.string().nullable().describe('Why it failed, when it did'),
  devices: z.array(DeviceSchema).describe('Of its last process; empty before the first'),
  memoryOffer: MemoryOfferSchema.nullable().describe('It ran out of memory and waits for an answer'),
})
export type RunDetail = z.infer<typeof RunDetailSchema>

export const PredictionResultSchema = z.object({
  run: z.string(),
  stage: z.int(),
  model: ModelChoiceSchema,
  output: z.string().describe('Folder'),
  labelMaps: z.array(z.string()).describe('Absolute paths of the NIfTI label maps'),
  outputs: z.array(WrittenSegmentationSchema).describe('A case in a format each, with how it was checked'),
  files: z.array(z.string()).describe('Absolute paths of everything that was written'),
  failures: z.array(z.string()),
  identifiers: z
    .array(z.string())
    .describe('Where images, or names of the files that were written, tell who the patient is'),
})
export type PredictionResult = z.infer<typeof PredictionResultSchema>

export const ReindexResultSchema = z.object({
  datasets: z.int(),
  cases: z.int(),
  runs: z.int(),
  events: z.int(),
  skipped: z.array(z.string()).describe('Folders that could not be read, with the reason'),
})
export type ReindexResult = z.infer<typeof ReindexResultSchema>

export const EvaluationResultSchema = EvaluationReportSchema.extend({
  predictions: z.string().nullable().describe('Folder of the predicted label maps, where they were asked for'),
  warnings: z.array(z.string()).describe('Why the scores may flatter the run'),
})
export type EvaluationResult = z.infer<typeof EvaluationResultSchema>

const DiceRowSchema = z.object({ organ: z.string(), dice: z.record(z.string(), z.number().nullable()) })

export const DemoResultSchema = z.object({
  home: z.string(),
  study: z.string(),
  run: z.string(),
  folder: z.string().describe('Of the run'),
  report: z.string().describe('Folder of the evaluation reports'),
  export: z.string(),
  columns: z.array(z.string()),
  table: z.array(DiceRowSchema).describe('Dice of each organ, the last row the mean'),
  ablation: z.object({ columns: z.array(z.string()), table: z.array(DiceRowSchema) }).nullable(),
  seconds: z.number(),
})
export type DemoResult = z.infer<typeof DemoResultSchema>
