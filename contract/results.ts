// What is shown of evaluations: tables of one report, several reports of one dataset side by side, and their volumes.
import { z } from 'zod'
import { JobStateSchema, ModelChoiceSchema } from './job.ts'
import { OrganIdSchema } from './organ.ts'
import { EvaluationReportSchema, OrganScoreSchema } from './report.ts'

/** RUN:STAGE:MODEL names the report of one run, stage and model on a dataset; a newer one replaces it. */
export const ReportKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:[012]:([1-9]|ensemble|pseudo)$/, 'expected RUN:STAGE:MODEL')
export type ReportKey = z.infer<typeof ReportKeySchema>

/** What the tables, plots and tests are about. */
export const ResultMetricSchema = z.enum(['dice', 'hd95Mm', 'nsd'])
export type ResultMetric = z.infer<typeof ResultMetricSchema>

export const ReportEntrySchema = z.object({
  key: ReportKeySchema,
  run: z.string(),
  dataset: z.string(),
  stage: z.int(),
  model: ModelChoiceSchema,
  createdAt: z.iso.datetime(),
  runUpdatedAt: EvaluationReportSchema.shape.runUpdatedAt,
  meanDice: z.number().nullable(),
  cases: z.int().describe('Cases with scores'),
  failures: z.int().describe('Cases that could not be predicted or read'),
  predictionsKept: z.boolean().describe('Whether the viewer has the predicted label maps'),
})
export type ReportEntry = z.infer<typeof ReportEntrySchema>

const ValueSummarySchema = z.object({
  n: z.int(),
  mean: z.number().nullable(),
  sd: z.number().nullable().describe('Sample standard deviation; null under two values'),
})

export const OrganResultSchema = z.object({
  organ: OrganIdSchema,
  cases: z.int().describe('With a truth or a prediction'),
  missed: z.int(),
  invented: z.int(),
  notEvaluable: z.int().describe('Nobody delineated it there'),
  dice: ValueSummarySchema,
  hd95Mm: ValueSummarySchema,
  nsd: ValueSummarySchema,
  truthMl: ValueSummarySchema,
  predictedMl: ValueSummarySchema,
  differenceMl: ValueSummarySchema.describe('Prediction minus truth, over cases with a truth'),
})
export type OrganResult = z.infer<typeof OrganResultSchema>

/** A score with its volumes; null where the dataset is no longer registered or nobody delineated the organ. */
export const CaseScoreSchema = OrganScoreSchema.extend({
  truthMl: z.number().nullable(),
  predictedMl: z.number().nullable(),
})
export type CaseScore = z.infer<typeof CaseScoreSchema>

export const CaseResultSchema = z.object({
  caseId: z.string(),
  meanDice: z.number().nullable().describe('Over the organs that count in this case'),
  worstOrgan: OrganIdSchema.nullable(),
  failure: z.string().nullable().describe('Why it has no scores'),
})

export const ReportDetailSchema = z.object({
  entry: ReportEntrySchema,
  nsdToleranceMm: z.number(),
  keptParts: EvaluationReportSchema.shape.keptParts,
  organs: z.array(OrganResultSchema),
  cases: z.array(CaseResultSchema).describe('Worst first'),
  scores: z.array(CaseScoreSchema),
})
export type ReportDetail = z.infer<typeof ReportDetailSchema>

/** A paired comparison with the first report, of one organ or of the mean over organs of each case. */
export const PairedDifferenceSchema = z.object({
  organ: OrganIdSchema.nullable().describe('null: the mean over the organs that both have in a case'),
  n: z.int().describe('Pairs: patients where the dataset names them, else cases'),
  leftOut: z.int().describe('Cases that have the metric in one of the two reports only'),
  mean: z.number().nullable().describe('This report minus the first'),
  low: z.number().nullable().describe('Bootstrap 95 % interval of the mean'),
  high: z.number().nullable(),
  p: z.number().nullable().describe('Wilcoxon signed-rank, two-sided; null when no pair differs'),
  pHolm: z.number().nullable().describe('Corrected over all tests of this comparison'),
  better: z.int().describe('Pairs in which this report is better'),
  worse: z.int(),
})
export type PairedDifference = z.infer<typeof PairedDifferenceSchema>

export const ComparisonSchema = z.object({
  dataset: z.string(),
  metric: ResultMetricSchema,
  organs: z.array(OrganIdSchema),
  reports: z.array(ReportDetailSchema).describe('As asked for; the others are compared with the first'),
  differences: z.array(z.object({ key: ReportKeySchema, rows: z.array(PairedDifferenceSchema) })),
  tests: z.int().describe('How many tests the correction is for'),
})
export type Comparison = z.infer<typeof ComparisonSchema>

export const PseudoOrganSchema = z.object({
  organ: OrganIdSchema,
  state: z
    .enum(['accepted', 'ignored', 'absent', 'unknown'])
    .describe('ignored: implausible; absent: the models found none; unknown: no model knows it'),
  reason: z.string().nullable().describe('Why it is ignored'),
  volumeMl: z.number().nonnegative(),
  expectedMl: z.tuple([z.number(), z.number()]).nullable().describe('Smallest and largest true volume in training'),
  confidence: z.number().min(0).max(1).nullable().describe('Mean calibrated probability of its voxels'),
  disputedShare: z.number().min(0).max(1).nullable().describe('The same for this organ; null where no model sees it'),
})
export type PseudoOrgan = z.infer<typeof PseudoOrganSchema>

export const PseudoCaseSchema = z.object({
  dataset: z.string(),
  caseId: z.string(),
  disputedShare: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(
      'Of the volume in which some model sees an organ, how much another contradicts; null where a run did not measure it',
    ),
  undecidedMl: z.number().describe('Volume without a true label in which the models did not agree or were unsure'),
  undecidedShare: z.number().min(0).max(1).describe('undecidedMl relative to all pseudo-labelled organ volume and it'),
  organs: z.array(PseudoOrganSchema).describe('Those that nobody delineated in this case'),
})
export type PseudoCase = z.infer<typeof PseudoCaseSchema>

export const PseudoReviewSchema = z.object({
  run: z.string(),
  state: JobStateSchema,
  /** Whether stage 2 waits for review.json. */
  waiting: z.boolean(),
  cases: z.array(PseudoCaseSchema).describe('Most disputed first, then most undecided'),
  sent: z
    .object({
      accepted: z.boolean(),
      rejected: z.array(z.object({ dataset: z.string(), caseId: z.string(), organ: OrganIdSchema })),
    })
    .nullable()
    .describe('What review.json says'),
})
export type PseudoReview = z.infer<typeof PseudoReviewSchema>
