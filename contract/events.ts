// events.jsonl: one line an event, append only, sequence numbers from 1 without gaps.
// Reading it twice changes nothing: job and sequence number identify an event.
import { z } from 'zod'
import { DeviceSchema } from './device.ts'
import { ErrorReportSchema } from './errors.ts'
import { MemoryOfferSchema } from './memory.ts'
import { WrittenSegmentationSchema } from './output.ts'

export const PhaseSchema = z.enum([
  'start',
  'plan',
  'preprocess',
  'shared',
  'stage1',
  'calibrate',
  'pseudo-labels',
  'review',
  'stage2',
  'post-processing',
  'predict',
  'evaluate',
  'probe',
  'done',
])
export type Phase = z.infer<typeof PhaseSchema>

/** One number of a run. stage, model (1-based), dataset, case and organ are null where they do not apply. */
export const MetricSchema = z.object({
  name: z.string().min(1).describe('e.g. loss, loss.predictionDifference, dice, validation.dice, temperature'),
  value: z.number(),
  step: z.int().nonnegative(),
  stage: z.int().min(0).max(2).nullable(),
  model: z.int().min(1).max(9).nullable(),
  dataset: z.string().nullable(),
  organ: z.string().nullable(),
})
export type Metric = z.infer<typeof MetricSchema>

const stamp = { seq: z.int().positive(), time: z.iso.datetime() }

export const JobEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...stamp,
    type: z.literal('state'),
    state: z
      .enum(['running', 'queued', 'paused', 'awaiting-review', 'stopped', 'failed', 'finished'])
      .describe('queued: it gave its place on a cluster back and goes on when its turn comes again'),
    message: z.string().default(''),
  }),
  z.object({
    ...stamp,
    type: z.literal('progress'),
    phase: PhaseSchema,
    done: z.number().nonnegative(),
    total: z.number().nonnegative(),
    secondsLeft: z.number().nonnegative().nullable().describe('Of the whole job'),
    message: z.string(),
  }),
  z.object({ ...stamp, type: z.literal('metrics'), metrics: z.array(MetricSchema).min(1) }),
  z.object({
    ...stamp,
    type: z.literal('checkpoint'),
    stage: z.int().min(0).max(2),
    step: z.int().nonnegative(),
    kind: z.enum(['last', 'best', 'final']),
    model: z.int().min(1).max(9).nullable(),
    path: z.string(),
    score: z.number().nullable(),
  }),
  z.object({
    ...stamp,
    type: z.literal('finding'),
    caseId: z.string().nullable(),
    dataset: z.string().nullable(),
    organ: z.string().nullable(),
    severity: z.enum(['warning', 'info']),
    message: z.string(),
  }),
  z.object({ ...stamp, type: z.literal('log'), level: z.enum(['info', 'warning']), message: z.string() }),
  z.object({
    ...stamp,
    type: z.literal('output'),
    path: z.string().describe('A file that is complete now, relative to the job or absolute'),
    segmentation: WrittenSegmentationSchema.optional().describe('With the first of its files'),
  }),
  z.object({ ...stamp, type: z.literal('error'), report: ErrorReportSchema }),
  z.object({
    ...stamp,
    type: z.literal('device'),
    devices: z.array(DeviceSchema).min(1).describe('One a process that trains'),
    threads: z.int().nonnegative().describe('Of TensorFlow on the processor'),
  }),
  z.object({
    ...stamp,
    type: z.literal('out-of-memory'),
    ...MemoryOfferSchema.shape,
    taken: z.boolean().describe('The smaller patch is used at once (runtime.onOutOfMemory = shrink)'),
  }),
])
export type JobEvent = z.infer<typeof JobEventSchema>
/** An event before the journal stamps it. */
export type JobEventInput = JobEvent extends infer E ? (E extends JobEvent ? Omit<E, 'seq' | 'time'> : never) : never
