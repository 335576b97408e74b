// A task: work that takes a while and is watched from a window (registering, evaluating, predicting, exporting,
// reading the numbers of runs).
// Tasks live as long as the host; what they leave (datasets, reports, files) is on disk. Training runs are no tasks.
import { z } from 'zod'
import { ErrorReportSchema } from './errors.ts'

export const TaskKindSchema = z.enum([
  'inspect',
  'register',
  'demo-study',
  'evaluate',
  'predict',
  'export',
  'preflight',
  'study',
  'measure-study',
  'index',
  'doctor',
  'report',
  'reindex',
  'export-model',
  'import-model',
  'check-place',
  'install-gpu',
])
export type TaskKind = z.infer<typeof TaskKindSchema>

export const TaskSchema = z.object({
  id: z.string(),
  kind: TaskKindSchema,
  title: z.string().describe('As shown to people, e.g. "Registering site-a"'),
  subject: z.string().describe('What it is about: the name of a dataset or run, or a folder'),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  done: z.number().nonnegative(),
  total: z.number().nonnegative().describe('0: not known yet'),
  message: z.string(),
  secondsLeft: z.number().nonnegative().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  error: ErrorReportSchema.shape.error.nullable(),
  result: z.unknown().describe("The kind's result once it is done; null before"),
})
export type Task = z.infer<typeof TaskSchema>
