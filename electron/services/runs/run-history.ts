// What a run said over time, from the index: curves, log lines, and the end of its process's own log.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { LogLine, MetricsAnswer } from '../../../contract/api/runs.ts'
import { describeDevices } from '../../../contract/device.ts'
import { MetricSchema, type JobEvent } from '../../../contract/events.ts'
import { addPoint, seriesKey, thin, type Series } from '../../../contract/series.ts'
import { checkedRow } from '../database/checked-rows.ts'
import type { Database } from '../database/open-database.ts'
import { readBytes } from '../../../trainer/job-folder/read-journal.ts'
import { TRAINER_LOG } from '../jobs/start-job.ts'
import { readEventRow, readMetricRows } from './run-queries.ts'

const LOG_BYTES = 32 * 1024

/** @param most points a curve */
export function readSeries(database: Database, run: string, since: number, most: number): MetricsAnswer {
  const series = new Map<string, Series>()
  let lastSeq = since
  for (const { seq, metric } of readMetricRows(database, run, since)) {
    lastSeq = seq
    const key = seriesKey(metric)
    const { value, step, ...what } = metric
    const known = series.get(key) ?? { ...what, points: [] }
    series.set(key, known)
    addPoint(known.points, [step, value])
  }
  for (const each of stepTimes(database, run, since)) series.set(seriesKey(each), each)
  return { lastSeq, series: [...series.values()].map((each) => ({ ...each, points: thin(each.points, most) })) }
}

const StepRowSchema = z.object({
  seq: z.int(),
  time: z.iso.datetime(),
  stage: MetricSchema.shape.stage,
  step: MetricSchema.shape.step.nullable(),
})

/** How long a step took, from when the trainer wrote; what lies between two processes is no step. */
function stepTimes(database: Database, run: string, since: number): Series[] {
  const rows = database.prepare<[string]>(
    `SELECT e.seq, e.time, m.stage, m.step FROM events e
     LEFT JOIN metrics m ON m.run = e.run AND m.seq = e.seq AND m.name = 'dataWaitShare'
     WHERE e.run = ? AND (e.type = 'state' OR (e.type = 'metrics' AND m.step IS NOT NULL)) ORDER BY e.seq`,
  )
  const series = new Map<number, Series>()
  let before = null as { time: string; stage: number; step: number } | null
  for (const row of rows.iterate(run)) {
    const { seq, time, stage, step } = checkedRow('events', StepRowSchema, row)
    if (stage === null || step === null) {
      before = null
      continue
    }
    // Less than nothing: the clock was set back.
    const seconds = before ? (Date.parse(time) - Date.parse(before.time)) / 1000 : 0
    if (seq > since && before?.stage === stage && step > before.step && seconds >= 0) {
      const name = 'secondsPerStep'
      const known = series.get(stage) ?? { name, stage, model: null, dataset: null, organ: null, points: [] }
      series.set(stage, known)
      addPoint(known.points, [step, seconds / (step - before.step)])
    }
    before = { time, stage, step }
  }
  return [...series.values()]
}

export function readLog(database: Database, run: string, since: number): LogLine[] {
  return database
    .prepare<[string, number]>(
      `SELECT seq, time, type, content FROM events
       WHERE run = ? AND seq > ? AND type IN ('state', 'log', 'finding', 'error', 'device', 'out-of-memory') ORDER BY seq`,
    )
    .all(run, since)
    .flatMap((row) => toLine(readEventRow(row)) ?? [])
}

function toLine(event: JobEvent): LogLine | null {
  const { seq, time } = event
  if (event.type === 'log') return { seq, time, kind: 'log', level: event.level, message: event.message }
  if (event.type === 'error') return { seq, time, kind: 'error', level: 'error', message: event.report.error.message }
  if (event.type === 'finding') {
    const where = [event.dataset, event.caseId].filter((part) => part !== null).join(', case ')
    const message = where === '' ? event.message : `${where}: ${event.message}`
    return { seq, time, kind: 'finding', level: event.severity, message }
  }
  if (event.type === 'device') {
    return { seq, time, kind: 'log', level: 'info', message: `Computing on ${describeDevices(event.devices)}.` }
  }
  if (event.type === 'out-of-memory') return { seq, time, kind: 'log', level: 'warning', message: event.message }
  if (event.type !== 'state') return null
  const level = event.state === 'failed' ? 'error' : 'info'
  return { seq, time, kind: 'state', level, message: `The training is ${event.state.replace('-', ' ')}.` }
}

export function readTrainerLog(folder: string): { text: string; path: string } {
  const path = join(folder, TRAINER_LOG)
  const size = existsSync(path) ? statSync(path).size : 0
  const text = readBytes(path, Math.max(0, size - LOG_BYTES)).toString('utf8')
  // What begins in the middle of a line is no line.
  return { path, text: size > LOG_BYTES ? text.slice(text.indexOf('\n') + 1) : text }
}
