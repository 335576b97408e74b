// A job is a folder: run.json (what to do), events.jsonl (what happens), control.json (pause, stop).
// The trainer talks only through it, so a job here, one that outlived its window and one on a cluster are the same.
import { z } from 'zod'
import { ChannelsSchema, withChannels, withLists, ModalitySchema } from './channel.ts'
import { CaseSchema } from './case.ts'
import { LabelSchema } from './dataset.ts'
import { NameSchema } from './name.ts'
import { OrganIdSchema, OrganSchema } from './organ.ts'
import { OutputFormatSchema } from './output.ts'
import { withoutRetiredKeys } from './retired-keys.ts'
import { PresetSchema, RunConfigSchema, StageNumberSchema, StagesSchema } from './run-config.ts'
import { MethodSchema } from './methods.ts'
import { ComputeSchema } from './settings.ts'

/** What a job needs to know of a dataset; a copy, so that the run stays explainable when the dataset changes. */
const JobDatasetFieldsSchema = z.object({
  name: NameSchema,
  root: z.string(),
  modality: ModalitySchema,
  channels: ChannelsSchema,
  fingerprint: z.string(),
  labels: z.array(LabelSchema),
  cases: z.array(CaseSchema).describe('Cases in use only'),
})
export const JobDatasetSchema = z.preprocess(withChannels, JobDatasetFieldsSchema)
export type JobDataset = z.infer<typeof JobDatasetSchema>

/** Which model of a run predicts: a number (1-based, the dataset's position), all of them averaged, or stored pseudo labels. */
export const ModelChoiceSchema = z.union([z.int().min(1).max(9), z.enum(['ensemble', 'pseudo'])])
export type ModelChoice = z.infer<typeof ModelChoiceSchema>

const common = {
  schemaVersion: z.literal(1),
  name: NameSchema,
  createdAt: z.iso.datetime(),
  versions: z.record(z.string(), z.string()),
  cacheFolder: z.string().describe('Absolute; preprocessed cases, shared by jobs'),
}

export const TrainJobSchema = z.object({
  kind: z.literal('train'),
  ...common,
  preset: PresetSchema,
  method: MethodSchema.default('mutual'),
  stages: StagesSchema,
  stage1From: z.string().nullable().describe('Absolute folder of the run whose POS models stage 2 starts from'),
  labelsFrom: NameSchema.optional().describe(
    'The reference dataset whose complete labels replace those of the datasets',
  ),
  organs: z.array(OrganIdSchema).min(1).describe('The union O in channel order'),
  vocabulary: z.array(OrganSchema).describe('The entries that O touches: laterality, part-of, overlap, codes, colours'),
  datasets: z.array(JobDatasetSchema).min(1).max(9),
  config: z.preprocess(withoutRetiredKeys, RunConfigSchema),
})
export type TrainJob = z.infer<typeof TrainJobSchema>

/** A few steps of a training that does not exist yet, to measure its memory and its time. */
export const PreflightJobSchema = TrainJobSchema.extend({ kind: z.literal('preflight') })
export type PreflightJob = z.infer<typeof PreflightJobSchema>

/** A training's own are in its configuration. */
const compute = { compute: ComputeSchema.prefault({}) }

const modelUse = {
  ...compute,
  runFolder: z.string().describe('Absolute folder of the trained run'),
  stage: StageNumberSchema,
  model: ModelChoiceSchema,
}

export const PredictJobSchema = z.object({
  kind: z.literal('predict'),
  ...common,
  ...modelUse,
  inputs: z
    .array(
      z.preprocess(
        withLists({ image: 'images' }),
        z.object({
          id: z.string().min(1),
          images: z.array(z.string()).min(1).describe('Absolute paths, one a channel'),
        }),
      ),
    )
    .min(1),
  output: z.string().describe('Absolute folder'),
  completeTruth: z
    .boolean()
    .describe("export: true labels of the run's own cases win over predictions, and the provenance says so"),
  formats: z
    .array(OutputFormatSchema)
    .min(1)
    .optional()
    .describe('Absent: DICOM SEG for an image that is a DICOM series, a NIfTI label map for the others'),
})
export type PredictJob = z.infer<typeof PredictJobSchema>

export const EvaluateJobSchema = z.object({
  kind: z.literal('evaluate'),
  ...common,
  ...modelUse,
  runUpdatedAt: z.iso.datetime().nullable().optional().describe('Time of the last event of the run, for the report'),
  dataset: JobDatasetSchema,
  nsdToleranceMm: z.number().positive(),
  savePredictions: z.boolean(),
})
export type EvaluateJob = z.infer<typeof EvaluateJobSchema>

export const ProbeJobSchema = z.object({ kind: z.literal('probe'), ...common, ...compute })

export const JobSchema = z.discriminatedUnion('kind', [
  TrainJobSchema,
  PredictJobSchema,
  EvaluateJobSchema,
  ProbeJobSchema,
  PreflightJobSchema,
])
export type Job = z.infer<typeof JobSchema>

/** control.json: written by services, read by the trainer between steps. */
export const ControlSchema = z.object({
  request: z
    .enum(['run', 'pause', 'stop', 'yield'])
    .describe('yield: a cluster wants its place back; the job waits in its queue then, and goes on by itself'),
})
export type Control = z.infer<typeof ControlSchema>

/** review.json: the answer to state awaiting-review. */
export const ReviewSchema = z.object({
  accepted: z.boolean(),
  rejected: z.array(z.object({ dataset: z.string(), caseId: z.string(), organ: OrganIdSchema })).default([]),
})
export type Review = z.infer<typeof ReviewSchema>

/** process.json: who works on the job now. */
export const ProcessSchema = z.object({
  pid: z.int(),
  host: z.string(),
  startedAt: z.iso.datetime(),
  identity: z.string().optional().describe('On Linux: this boot of the machine, and when the process began in it'),
  afterSeq: z.int().nonnegative().optional().describe('Last event before it started: later ones are its own'),
})
export type JobProcess = z.infer<typeof ProcessSchema>

/** The exit code of a trainer that wants to be started again later: its time was up, or another one is at work. */
export const START_AGAIN_EXIT = 75

export const JobStateSchema = z.enum([
  'queued',
  'running',
  'paused',
  'awaiting-review',
  'stopped',
  'failed',
  'finished',
  'interrupted',
])
export type JobState = z.infer<typeof JobStateSchema>
