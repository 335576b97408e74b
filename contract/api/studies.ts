// Studies: methods side by side, composed, started, steered, watched, and their results.
import { z } from 'zod'
import { NameSchema } from '../name.ts'
import { MethodSchema } from '../methods.ts'
import { ComparisonSchema, ResultMetricSchema } from '../results.ts'
import { StagesSchema } from '../run-config.ts'
import { StudyDetailSchema, StudySummarySchema } from '../study-state.ts'
import { StudyLineInfoSchema } from '../study-lines.ts'
import { StudyConfigSchema, StudyResultSchema } from '../study.ts'
import { TaskSchema } from '../task.ts'
import { route } from './route.ts'

/** A job that takes longer than this is better made smaller: it is one unit that fails or succeeds. */
export const LONGEST_JOB_S = 3600

export const StudyPlanRowSchema = z.object({
  name: z.string(),
  method: MethodSchema,
  stages: StagesSchema,
  seeds: z.array(z.int()),
  models: z.int().describe('Networks that a run of it trains'),
  patches: z.int().describe('Of each dataset, learned from'),
  seconds: z.number().nullable().describe('A run on this machine; null while nothing tells'),
  basis: z.enum(['same', 'similar', 'none']).describe('same: from such a run; similar: from one of another method'),
  alike: z
    .object({ row: z.string(), share: z.number().describe('Of its patches, above 0') })
    .nullable()
    .describe('The row before it with which it trains most alike, which is trained once'),
})
export type StudyPlanRow = z.infer<typeof StudyPlanRowSchema>

export const StudyPlanSchema = z.object({
  rows: z.array(StudyPlanRowSchema),
  jobs: z.int(),
  done: z.int().describe('Jobs whose run is in the workspace and finished already'),
  problems: z.array(z.string()).describe('Why it cannot be started, in sentences'),
  warnings: z.array(z.string()),
})
export type StudyPlan = z.infer<typeof StudyPlanSchema>

/** The result of a `measure-study` task. */
export const StudyMeasureSchema = z.object({
  rows: z.array(z.object({ name: z.string(), seconds: z.number(), fits: z.boolean(), message: z.string() })),
})
export type StudyMeasure = z.infer<typeof StudyMeasureSchema>

export const StudyResultsSchema = z.object({
  result: StudyResultSchema,
  lines: z.array(StudyLineInfoSchema).describe('Of the comparison, in its order'),
  comparison: ComparisonSchema.describe('Of the chosen metric'),
})
export type StudyResults = z.infer<typeof StudyResultsSchema>

const params = z.object({ study: NameSchema })

export const studyRoutes = {
  listStudies: route('GET', '/studies', 'All studies, newest first', { response: z.array(StudySummarySchema) }),
  startStudy: route('POST', '/studies', 'Makes a study and starts it', {
    body: StudyConfigSchema,
    response: StudyDetailSchema,
  }),
  planStudy: route('POST', '/new-study/plan', 'What a study would train, how long that takes, what is wrong with it', {
    body: StudyConfigSchema,
    response: StudyPlanSchema,
  }),
  measureStudy: route('POST', '/new-study/measure', 'Three real training steps of each row: time and memory', {
    body: StudyConfigSchema,
    response: TaskSchema.describe('measure-study; its result is a StudyMeasure'),
  }),
  getStudy: route('GET', '/studies/:study', 'One study, job by job', { params, response: StudyDetailSchema }),
  resumeStudy: route('POST', '/studies/:study/resume', 'Goes on with what is not done', {
    params,
    response: StudyDetailSchema,
  }),
  controlStudy: route('POST', '/studies/:study/control', 'Asks a study to pause or to end; what is done is kept', {
    params,
    body: z.object({ request: z.enum(['pause', 'cancel']) }),
    response: StudyDetailSchema,
  }),
  removeStudy: route('DELETE', '/studies/:study', "Moves a study to the workspace's trash folder; its runs stay", {
    params,
    response: z.object({ removed: z.string().describe('For restoreStudy') }),
  }),
  restoreStudy: route('POST', '/removed-studies/:removed/restore', 'Takes the removal of a study back', {
    params: z.object({ removed: z.uuid() }),
    response: StudyDetailSchema,
  }),
  getStudyResults: route('GET', '/studies/:study/results', 'Results of the jobs that are scored, computed anew', {
    params,
    query: z.object({ metric: ResultMetricSchema.default('dice') }),
    response: StudyResultsSchema,
  }),
  getStudyFile: route('GET', '/studies/:study/files/:file', 'Tables and report of the jobs that are scored', {
    kind: 'binary',
    params: params.extend({
      file: z.enum(['report.html', 'methods.csv', 'organs.csv', 'cases.csv', 'tables.tex', 'tables.md']),
    }),
    query: z.object({ inline: z.enum(['true', 'false']).default('false').describe('Shown instead of saved') }),
  }),
}
