// What can be told about runs: from the index, brought up to date with the folders first.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RunDetailSchema, RunSummarySchema, type RunDetail, type RunSummary } from '../../../contract/commands.ts'
import { NameSchema } from '../../../contract/name.ts'
import { indexDamage, OrganMosaicError } from '../../../contract/errors.ts'
import { JobEventSchema, MetricSchema, type JobEvent, type Metric } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { seriesKey } from '../../../contract/series.ts'
import { EvaluationReportSchema, type EvaluationReport } from '../../../contract/report.ts'
import { checkedRow, checkedRows, jsonOf } from '../database/checked-rows.ts'
import { indexRun, isIndexed } from '../database/index-run.ts'
import type { Database } from '../database/open-database.ts'
import { stateAfter } from '../jobs/job-state.ts'
import { describeJobPlace } from '../places/job-place.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun, runFolder } from '../workspace/run-store.ts'
import { describeFindings } from './describe-findings.ts'
import { readMemoryOffer } from './memory-offer.ts'

/** Newest first. A run folder that cannot be read is left out; reindex names it. */
export function listRuns(workspace: Workspace, summarise: (name: string) => RunSummary): RunSummary[] {
  const summaries: RunSummary[] = []
  for (const name of listRunNames(workspace)) {
    try {
      summaries.push(summarise(name))
    } catch (thrown) {
      // Anything else is nothing of this run: all of them would be left out.
      if (!isOfFolder(thrown)) throw thrown
    }
  }
  return summaries.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
}

/** What it holds is no run, or the system does not let it be read; it may have been removed a moment ago. */
const isOfFolder = (thrown: unknown): boolean =>
  thrown instanceof OrganMosaicError
    ? thrown.code === 'invalid-file' || thrown.code === 'not-found'
    : thrown instanceof Error && 'syscall' in thrown

/** From the index alone when the folder did not change since. @throws OrganMosaicError `not-found`, `invalid-file` */
export function summariseNamed(database: Database, workspace: Workspace, name: string): RunSummary {
  const folder = runFolder(workspace, name)
  if (!isIndexed(database, folder, name)) indexRun(database, folder, readRun(workspace, name))
  return readSummary(database, folder, name)
}

/** @throws OrganMosaicError `not-found`, `invalid-file` */
export function getRun(database: Database, workspace: Workspace, name: string): RunDetail {
  const job = readRun(workspace, name)
  const summary = summariseRun(database, workspace, job)
  return {
    summary,
    method: job.method,
    stage1From: job.stage1From,
    config: job.config,
    latestMetrics: latestMetrics(database, name),
    checkpoints: latestCheckpoints(database, name),
    ...describeFindings(job, summary.folder, eventsOfType(database, name, 'finding')),
    evaluations: readEvaluations(summary.folder).map(({ dataset, stage, model, createdAt, meanDice }) => {
      return { dataset, stage, model, createdAt, meanDice }
    }),
    error:
      summary.state === 'failed' ? (eventsOfType(database, name, 'error').at(-1)?.report.error.message ?? null) : null,
    devices: eventsOfType(database, name, 'device', 1)[0]?.devices ?? [],
    memoryOffer: readMemoryOffer(summary.folder, summary.state),
  }
}

export function summariseRun(database: Database, workspace: Workspace, job: TrainJob): RunSummary {
  const folder = runFolder(workspace, job.name)
  indexRun(database, folder, job)
  return readSummary(database, folder, job.name)
}

const summaryShape = RunSummarySchema.shape
const RunRowSchema = z.object({
  created_at: summaryShape.createdAt,
  updated_at: summaryShape.updatedAt,
  preset: summaryShape.preset,
  stages: summaryShape.stages,
  datasets: jsonOf(z.array(NameSchema)),
  organs: jsonOf(summaryShape.organs),
  validation_dice: summaryShape.validationDice,
})

function readSummary(database: Database, folder: string, name: string): RunSummary {
  const found = database
    .prepare(
      'SELECT created_at, updated_at, preset, stages, datasets, organs, validation_dice FROM runs WHERE name = ?',
    )
    .get(name)
  if (!found) throw indexDamage(`run ${name} was written into it and is not there`)
  const row = checkedRow('runs', RunRowSchema, found)
  const progress = eventsOfType(database, name, 'progress', 1)[0]
  return {
    name,
    state: stateAfter(folder, eventsOfType(database, name, 'state', 1)[0] ?? null),
    preset: row.preset,
    stages: row.stages,
    datasets: row.datasets,
    organs: row.organs,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    progress: progress ? pickProgress(progress) : null,
    validationDice: row.validation_dice,
    place: describeJobPlace(folder),
    folder,
  }
}

/** The checkpoints that count: the newest of each stage, model and kind. */
export function latestCheckpoints(database: Database, run: string): RunDetail['checkpoints'] {
  const rows = database
    .prepare(
      `SELECT stage, model, kind, step, path, score FROM
         (SELECT *, row_number() OVER (PARTITION BY stage, model, kind ORDER BY seq DESC) AS age
          FROM checkpoints WHERE run = ?)
       WHERE age = 1 ORDER BY stage, model, kind`,
    )
    .all(run)
  return checkedRows('checkpoints', RunDetailSchema.shape.checkpoints.element, rows)
}

/** The last value of every metric of every stage, model, dataset and organ. */
export function latestMetrics(database: Database, run: string): Metric[] {
  const latest = new Map(readMetricRows(database, run, 0).map(({ metric }) => [seriesKey(metric), metric]))
  const place = ({ stage, model, name, dataset, organ }: Metric): string =>
    [stage, model, name, dataset, organ].join('|')
  return [...latest.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1))
}

const { name, value, step, stage, model, dataset, organ } = MetricSchema.shape
const MetricRowSchema = z.tuple([z.int().positive(), name, value, step, stage, model, dataset, organ])

/** The metrics of events after `since`, in order. Rows as lists: with 20,000 of them objects take several times longer. */
export function readMetricRows(database: Database, run: string, since: number): { seq: number; metric: Metric }[] {
  const rows = database
    .prepare<[string, number]>(
      `SELECT seq, name, value, step, stage, model, dataset, organ FROM metrics
       WHERE run = ? AND seq > ? ORDER BY seq, position`,
    )
    .raw()
    .all(run, since)
  return checkedRows('metrics', MetricRowSchema, rows).map(([seq, name, value, step, stage, model, dataset, organ]) => {
    return { seq, metric: { name, value, step, stage, model, dataset, organ } }
  })
}

/** Sequence number of the newest indexed event; 0 without any. */
export function lastSeq(database: Database, run: string): number {
  const seq = database.prepare('SELECT max(seq) FROM events WHERE run = ?').pluck().get(run)
  return checkedRow('events', z.int().positive().nullable(), seq) ?? 0
}

/** Evaluation reports in a run's report folder, oldest first; other JSON files there are not looked at. */
export function readEvaluations(folder: string): EvaluationReport[] {
  const reports = join(folder, 'report')
  if (!existsSync(reports)) return []
  const found: EvaluationReport[] = []
  for (const file of readdirSync(reports).filter((name) => name.endsWith('.json'))) {
    try {
      found.push(readJsonFile(join(reports, file), EvaluationReportSchema))
    } catch {
      continue
    }
  }
  return found.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

export function pickProgress({ phase, done, total, secondsLeft, message }: Extract<JobEvent, { type: 'progress' }>) {
  return { phase, done, total, secondsLeft, message }
}

const EventRowSchema = z.object({
  seq: z.int(),
  time: z.string(),
  type: z.string(),
  content: jsonOf(z.looseObject({})),
})

/** @param row with its seq, time, type and content */
export function readEventRow(row: unknown): JobEvent {
  const { content, ...rest } = checkedRow('events', EventRowSchema, row)
  return checkedRow('events', JobEventSchema, { ...content, ...rest })
}

/** In order; with a limit only so many of the newest. */
export function eventsOfType<T extends JobEvent['type']>(database: Database, run: string, type: T, limit = -1) {
  return database
    .prepare<[string, string, number]>(
      'SELECT seq, time, type, content FROM events WHERE run = ? AND type = ? ORDER BY seq DESC LIMIT ?',
    )
    .all(run, type, limit)
    .reverse()
    .map((row) => readEventRow(row) as Extract<JobEvent, { type: T }>)
}
