// Training runs: made, started, watched, stopped, removed; and what a new run would be before it is made.
import { z } from 'zod'
import { RunDetailSchema, RunSummarySchema } from '../commands.ts'
import { NameSchema } from '../name.ts'
import { OrganIdSchema } from '../organ.ts'
import { PlanSchema } from '../plan.ts'
import { MethodSchema } from '../methods.ts'
import { THIS_MACHINE } from '../place.ts'
import { PresetSchema, RunConfigSchema, StagesSchema } from '../run-config.ts'
import { RunSliceEntrySchema, RunSliceSchema } from '../run-slice.ts'
import { SeriesSchema } from '../series.ts'
import { TaskSchema } from '../task.ts'
import { route } from './route.ts'

const PartialConfigSchema = z.record(z.string(), z.unknown()).describe('Any part of a RunConfig, as nested objects')

const ConfigRequestSchema = z.object({
  preset: PresetSchema,
  method: MethodSchema.default('mutual'),
  changes: PartialConfigSchema.default({}),
  stage1From: NameSchema.nullable().default(null).describe('The run whose stage 1 is taken over'),
})

/** What a new run is made from. */
export const RunDraftSchema = ConfigRequestSchema.extend({
  datasets: z.array(NameSchema).max(9).describe('Model k is trained on the k-th'),
  stages: StagesSchema.nullable().default(null).describe('null: those of the method'),
})
export type RunDraft = z.infer<typeof RunDraftSchema>

export const ConfigSourceSchema = z.enum(['default', 'preset', 'method', 'settings', 'stage1', 'changed'])
export type ConfigSource = z.infer<typeof ConfigSourceSchema>

export const ConfigPreviewSchema = z.object({
  config: RunConfigSchema.nullable().describe('null while there are problems'),
  values: z.array(
    z.object({ key: z.string(), value: z.unknown(), source: ConfigSourceSchema, unchanged: z.unknown() }),
  ),
  problems: z.array(z.object({ key: z.string(), message: z.string() })),
})
export type ConfigPreview = z.infer<typeof ConfigPreviewSchema>

export const RunPreviewSchema = z.object({
  plan: PlanSchema,
  organs: z.array(OrganIdSchema),
  warnings: z.array(z.string()),
})
export type RunPreview = z.infer<typeof RunPreviewSchema>

export const MetricsAnswerSchema = z.object({ lastSeq: z.int(), series: z.array(SeriesSchema) })
export type MetricsAnswer = z.infer<typeof MetricsAnswerSchema>

export const LogLineSchema = z.object({
  seq: z.int(),
  time: z.iso.datetime(),
  kind: z.enum(['state', 'log', 'finding', 'error']),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
})
export type LogLine = z.infer<typeof LogLineSchema>

const params = z.object({ run: NameSchema })
const since = z.coerce.number().int().min(0).default(0).describe('Sequence number: only what came after it')

export const runRoutes = {
  listRuns: route('GET', '/runs', 'All runs, newest first', { response: z.array(RunSummarySchema) }),
  createRun: route('POST', '/runs', 'Makes a run and starts it', {
    body: RunDraftSchema.extend({
      name: NameSchema,
      place: NameSchema.default(THIS_MACHINE).describe('Where it is trained'),
    }),
    response: RunSummarySchema,
  }),
  getRun: route('GET', '/runs/:run', 'One run: configuration, latest metrics, checkpoints, findings', {
    params,
    response: RunDetailSchema,
  }),
  resumeRun: route('POST', '/runs/:run/resume', 'Goes on from the last checkpoint', {
    params,
    body: z.object({
      smallerPatch: z.boolean().default(false).describe('Takes the smaller patch that is offered'),
      place: NameSchema.optional().describe('Where it goes on; where it was unless given'),
    }),
    response: RunSummarySchema,
  }),
  controlRun: route(
    'POST',
    '/runs/:run/control',
    'Asks a training that runs, or waits for its turn, to pause or to stop',
    {
      params,
      body: z.object({ request: z.enum(['pause', 'stop']) }),
      response: RunSummarySchema,
    },
  ),
  removeRun: route('DELETE', '/runs/:run', "Moves a run to the workspace's trash folder", {
    params,
    response: z.object({ removed: z.string().describe('For restoreRun') }),
  }),
  restoreRun: route('POST', '/removed-runs/:removed/restore', 'Takes the removal of a run back', {
    params: z.object({ removed: z.uuid() }),
    response: RunSummarySchema,
  }),
  getMetrics: route('GET', '/runs/:run/metrics', 'Curves of a run, thinned out', {
    params,
    query: z.object({ since, points: z.coerce.number().int().min(2).max(5000).default(400) }),
    response: MetricsAnswerSchema,
  }),
  getRunLog: route('GET', '/runs/:run/log', 'What a run said, oldest first', {
    params,
    query: z.object({ since }),
    response: z.array(LogLineSchema),
  }),
  getTrainerLog: route('GET', '/runs/:run/trainer-log', 'The end of what the trainer process wrote', {
    params,
    response: z.object({ text: z.string(), path: z.string() }),
  }),
  listRunSlices: route('GET', '/runs/:run/slices', 'Slices predicted at each validation, oldest first', {
    params,
    response: z.array(RunSliceEntrySchema),
  }),
  getRunSlice: route('GET', '/runs/:run/slices/:file', 'One of these slices', {
    params: params.extend({ file: z.string().regex(/^stage[012]-\d+-\d\.json$/) }),
    response: RunSliceSchema,
  }),
  previewConfig: route('POST', '/new-run/config', 'Every setting, where its value comes from, and what is wrong', {
    body: ConfigRequestSchema,
    response: ConfigPreviewSchema,
  }),
  previewRun: route('POST', '/new-run/plan', 'The plan that follows from datasets and configuration', {
    body: RunDraftSchema,
    response: RunPreviewSchema,
  }),
  startPreflight: route('POST', '/new-run/preflight', 'Three real training steps: memory and time to finish', {
    body: RunDraftSchema,
    response: TaskSchema.describe('preflight; its result is a PreflightResult'),
  }),
}
