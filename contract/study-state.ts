// How far a study is: its state, and that of each of its jobs, a method with a seed.
import { z } from 'zod'
import { ProgressSchema } from './commands.ts'
import { NameSchema } from './name.ts'
import { JobStateSchema, ProcessSchema } from './job.ts'
import { MethodSchema } from './methods.ts'
import { PresetSchema } from './run-config.ts'
import { StudyConfigSchema } from './study.ts'

export const StudyStateSchema = z.enum(['running', 'paused', 'cancelled', 'failed', 'interrupted', 'finished'])
export type StudyState = z.infer<typeof StudyStateSchema>

export const StudyRequestSchema = z.enum(['run', 'pause', 'cancel'])
export type StudyRequest = z.infer<typeof StudyRequestSchema>

/** state.json of a study's folder: written by whoever works on it, a command or a window. */
export const StudyStateFileSchema = z.object({
  state: StudyStateSchema,
  message: z.string().describe('Why it failed; empty otherwise'),
  process: ProcessSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type StudyStateFile = z.infer<typeof StudyStateFileSchema>

/** control.json of a study's folder: looked at between jobs. */
export const StudyControlSchema = z.object({ request: StudyRequestSchema })

export const StudyJobStateSchema = z.union([
  JobStateSchema.exclude(['queued', 'finished']),
  z.enum(['waiting', 'trained', 'scored']),
])
export type StudyJobState = z.infer<typeof StudyJobStateSchema>

export const StudyJobStatusSchema = z.object({
  run: z.string(),
  row: z.string(),
  method: MethodSchema,
  seed: z.int(),
  state: StudyJobStateSchema.describe('trained: its scores are still missing'),
  progress: ProgressSchema.nullable(),
  seconds: z.number().nullable().describe('Worked on so far; null while it waits'),
  secondsLeft: z.number().nullable().describe('Of training; from its own pace, or from jobs that are done'),
  dice: z.number().nullable().describe('Mean over organs on the test set, all models; null until it is scored'),
  bestSingle: z.number().nullable().describe('The same of the best single full model'),
})
export type StudyJobStatus = z.infer<typeof StudyJobStatusSchema>

export const StudySummarySchema = z.object({
  name: NameSchema,
  state: StudyStateSchema,
  message: z.string(),
  preset: PresetSchema,
  datasets: z.array(z.string()),
  test: z.string(),
  rows: z.array(z.string()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  jobs: z.int(),
  scored: z.int(),
})
export type StudySummary = z.infer<typeof StudySummarySchema>

export const StudyDetailSchema = z.object({
  summary: StudySummarySchema,
  config: StudyConfigSchema,
  folder: z.string(),
  jobs: z.array(StudyJobStatusSchema).describe('In the order in which they are worked on'),
  secondsLeft: z.number().nullable().describe('Of training, all jobs; null while nothing tells'),
  files: z.array(z.string()).describe('Written when all jobs are scored, as of then'),
})
export type StudyDetail = z.infer<typeof StudyDetailSchema>
