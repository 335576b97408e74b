// Evaluations, their comparison, pseudo-label review, prediction and export.
import { z } from 'zod'
import { RunSummarySchema } from '../commands.ts'
import { NameSchema } from '../name.ts'
import { ModelChoiceSchema, ReviewSchema } from '../job.ts'
import { OutputFormatSchema, OutputPlanSchema, RunCasesSchema, UploadSchema } from '../output.ts'
import {
  ComparisonSchema,
  PseudoReviewSchema,
  ReportEntrySchema,
  ReportKeySchema,
  ResultMetricSchema,
} from '../results.ts'
import { TaskSchema } from '../task.ts'
import { StageNumberSchema } from '../run-config.ts'
import { route } from './route.ts'

const runParams = z.object({ run: NameSchema })
const stage = StageNumberSchema

/** At most so many reports stand side by side: more cannot be told apart. */
export const MOST_COMPARED = 6

const chosenReports = z.object({
  dataset: NameSchema,
  reports: z
    .string()
    .transform((text) => text.split(',').filter((key) => key !== ''))
    .pipe(z.array(ReportKeySchema).min(1).max(MOST_COMPARED))
    .describe('Comma-separated RUN:STAGE:MODEL, the one to compare with first'),
})

const modelUse = { stage: stage.optional(), model: ModelChoiceSchema.optional() }

const formats = z
  .array(OutputFormatSchema)
  .min(1)
  .optional()
  .describe('Absent: DICOM SEG for images that are DICOM series, NIfTI label maps for the others')

/** Stage and model left out: the last stage, all models averaged. */
const exportBody = z.object({
  ...modelUse,
  formats,
  output: z.string().min(1).describe('Folder, absolute'),
  cases: z
    .array(z.object({ dataset: NameSchema, caseId: z.string() }))
    .min(1)
    .optional()
    .describe("Absent: every case of the run's datasets"),
})
const predictBody = z.object({
  ...modelUse,
  formats,
  output: z.string().min(1).describe('Folder, absolute'),
  inputs: z.array(z.string().min(1)).min(1).describe('Images, or folders whose images are all segmented, absolute'),
})

export const resultRoutes = {
  listReports: route('GET', '/evaluations', 'All evaluation reports, newest first', {
    response: z.array(ReportEntrySchema),
  }),
  compareReports: route('GET', '/evaluations/compare', 'Reports of one dataset, one or several side by side', {
    query: chosenReports.extend({ metric: ResultMetricSchema.default('dice') }),
    response: ComparisonSchema,
  }),
  getResultsCsv: route('GET', '/evaluations/csv', 'The scores of reports, a row a case and organ or a row an organ', {
    kind: 'binary',
    query: chosenReports.extend({ table: z.enum(['cases', 'organs']).default('cases') }),
  }),
  getResultsHtml: route('GET', '/evaluations/html', 'Reports with their figures as one file that opens offline', {
    kind: 'binary',
    query: chosenReports,
  }),
  startEvaluation: route('POST', '/runs/:run/evaluations', 'Scores a run on a dataset; the task says how far it is', {
    params: runParams,
    body: z.object({
      dataset: NameSchema,
      ...modelUse,
      nsdToleranceMm: z.number().positive().max(50).optional(),
      savePredictions: z.boolean().default(false),
    }),
    response: TaskSchema,
  }),
  getPseudoReview: route(
    'GET',
    '/runs/:run/pseudo-labels',
    'The pseudo labels of a run, the most doubtful case first',
    {
      params: runParams,
      response: PseudoReviewSchema,
    },
  ),
  sendReview: route('PUT', '/runs/:run/review', 'Answers a run that waits for its review; the run goes on', {
    params: runParams,
    body: ReviewSchema,
    response: RunSummarySchema,
  }),
  listRunCases: route('GET', '/runs/:run/cases', 'Cases of the datasets that a run was trained on', {
    params: runParams,
    response: RunCasesSchema,
  }),
  planExport: route('POST', '/runs/:run/export/plan', 'What an export would write, without writing it', {
    params: runParams,
    body: exportBody,
    response: OutputPlanSchema,
  }),
  startExport: route('POST', '/runs/:run/export', 'Segments registered cases; their true labels win', {
    params: runParams,
    body: exportBody,
    response: TaskSchema,
  }),
  planPrediction: route('POST', '/runs/:run/predictions/plan', 'What a prediction would write, without writing it', {
    params: runParams,
    body: predictBody,
    response: OutputPlanSchema,
  }),
  startPrediction: route('POST', '/runs/:run/predictions', 'Segments images that no dataset holds', {
    params: runParams,
    body: predictBody,
    response: TaskSchema,
  }),
  listUploads: route('GET', '/uploaded-images', 'Images that were uploaded to be segmented', {
    response: z.array(UploadSchema),
  }),
  uploadImage: route('PUT', '/uploaded-images/:file', 'Stores an image; the body is the file', {
    params: z.object({ file: z.string().min(1).max(200) }),
    body: z.unknown(),
    response: UploadSchema,
  }),
  removeUpload: route('DELETE', '/uploaded-images/:file', 'Removes an uploaded image', {
    params: z.object({ file: z.string().min(1).max(200) }),
    response: z.array(UploadSchema),
  }),
}
