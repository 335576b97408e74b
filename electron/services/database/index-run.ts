// Brings the index of a run up to date with its folder: run.json once, events.jsonl from where the last time ended.
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JobEvent, Metric } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { JOURNAL, journalSize, readBytes, readJournal } from '../../../trainer/job-folder/read-journal.ts'
import { checkedRow } from './checked-rows.ts'
import type { Database } from './open-database.ts'

const BytesSchema = z.int().nonnegative()
const JournalMarkSchema = z.object({ journal_bytes: BytesSchema, journal_tail: z.string() })
const tailLength = 512

/** Whether nothing of a run's folder changed since it was indexed: two looks at files, none into them. */
export function isIndexed(database: Database, folder: string, name: string): boolean {
  const row = database
    .prepare<[string], { job_stamp: string; journal_stamp: string }>(
      'SELECT job_stamp, journal_stamp FROM runs WHERE name = ?',
    )
    .get(name)
  return row?.job_stamp === fileStamp(folder, 'run.json') && row.journal_stamp === fileStamp(folder, JOURNAL)
}

/**
 * Reads what is new in the journal of a run. Calling it twice changes nothing. A journal that became shorter, or whose
 * text before the mark changed, was cut or rewritten: the run is then indexed from its beginning.
 * @returns number of events that were new
 */
export function indexRun(database: Database, folder: string, job: TrainJob): number {
  return database
    .transaction(() => {
      // Before the reading: what is written meanwhile changes the stamp, and is read the next time.
      const stamps = { job: fileStamp(folder, 'run.json'), journal: fileStamp(folder, JOURNAL) }
      insertRun(database, job)
      const row = database.prepare('SELECT journal_bytes, journal_tail FROM runs WHERE name = ?').get(job.name)
      const mark = checkedRow('runs', JournalMarkSchema, row)
      let start = mark.journal_bytes
      if (start > journalSize(folder) || (start > 0 && tailHash(folder, start) !== mark.journal_tail)) {
        forgetRun(database, job.name)
        insertRun(database, job)
        start = 0
      }
      const { events, end, damaged } = readJournal(folder, start)
      const added = indexEvents(database, job.name, events)
      if (end > start) {
        database
          .prepare(
            'UPDATE runs SET journal_bytes = ?, journal_tail = ?, damaged_lines = damaged_lines + ? WHERE name = ?',
          )
          .run(end, tailHash(folder, end), damaged, job.name)
      }
      database
        .prepare('UPDATE runs SET job_stamp = ?, journal_stamp = ? WHERE name = ?')
        .run(stamps.job, stamps.journal, job.name)
      return added
    })
    .immediate()
}

/** Bytes of the journal that the index does not hold yet: they tell how long indexing will take. */
export function unreadBytes(database: Database, folder: string, name: string): number {
  const row = database.prepare('SELECT journal_bytes FROM runs WHERE name = ?').pluck().get(name)
  return Math.max(0, journalSize(folder) - (checkedRow('runs', BytesSchema.optional(), row) ?? 0))
}

/**
 * Adds events of a run with their metrics and checkpoints; one that is there already (same run and seq) is left alone.
 * The numbers of a metrics event are kept once, as metrics.
 * @returns number of events that were new
 */
export function indexEvents(database: Database, run: string, events: readonly JobEvent[]): number {
  const insertEvent = database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)')
  const insertCheckpoint = database.prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const insertMetrics = metricsInserter(database, run)
  return database.transaction(() => {
    const fresh = events.filter((event) => {
      const { seq, time, type, ...content } = event
      const kept = event.type === 'metrics' ? '{}' : JSON.stringify(content)
      return insertEvent.run(run, seq, time, type, kept).changes > 0
    })
    let validated = false
    for (const event of fresh) {
      if (event.type === 'checkpoint') {
        insertCheckpoint.run(run, event.seq, event.stage, event.model, event.kind, event.step, event.path, event.score)
      }
      if (event.type !== 'metrics') continue
      insertMetrics(event.seq, event.metrics)
      validated ||= event.metrics.some(({ name }) => name === VALIDATION_DICE)
    }
    const [last, state] = [fresh.at(-1), fresh.findLast((event) => event.type === 'state')]
    if (last) database.prepare('UPDATE runs SET updated_at = ? WHERE name = ?').run(last.time, run)
    if (state) database.prepare('UPDATE runs SET state = ? WHERE name = ?').run(state.state, run)
    if (validated) setValidationDice(database, run)
    return fresh.length
  })()
}

const METRIC_COLUMNS = 10
/** SQLite takes 32766 values a statement; more at once are not quicker. */
const METRICS_AT_ONCE = 100

/** All numbers of an event in one statement, which takes half the time of one each. */
function metricsInserter(database: Database, run: string): (seq: number, metrics: readonly Metric[]) => void {
  const place = `(${Array(METRIC_COLUMNS).fill('?').join(', ')})`
  const prepare = (count: number) =>
    database.prepare(`INSERT INTO metrics VALUES ${Array(count).fill(place).join(', ')}`)
  const byCount = new Map<number, ReturnType<typeof prepare>>()
  return (seq, metrics) => {
    for (let from = 0; from < metrics.length; from += METRICS_AT_ONCE) {
      const part = metrics.slice(from, from + METRICS_AT_ONCE)
      const insert = byCount.get(part.length) ?? prepare(part.length)
      byCount.set(part.length, insert)
      insert.run(
        part.flatMap((m, at) => [run, seq, from + at, m.name, m.value, m.step, m.stage, m.model, m.dataset, m.organ]),
      )
    }
  }
}

const VALIDATION_DICE = 'validation.dice'

/** The mean over models and organs of the newest values of the latest stage that was validated. */
function setValidationDice(database: Database, run: string): void {
  database
    .prepare(
      `UPDATE runs SET validation_dice = (
         SELECT avg(value) FROM
           -- SQLite takes the other columns of a group from the row of its maximum.
           (SELECT value, stage, max(seq), first_value(stage) OVER (ORDER BY max(seq) DESC) AS newest
            FROM metrics WHERE run = :run AND name = :name AND organ IS NOT NULL
            GROUP BY stage, model, dataset, organ)
         WHERE stage IS newest)
       WHERE name = :run`,
    )
    .run({ run, name: VALIDATION_DICE })
}

export function forgetRun(database: Database, name: string): void {
  database.prepare('DELETE FROM runs WHERE name = ?').run(name)
}

function insertRun(database: Database, { name, createdAt, preset, stages, datasets, organs }: TrainJob): void {
  database
    .prepare(
      `INSERT INTO runs (name, created_at, preset, stages, datasets, organs, state, journal_bytes, journal_tail, damaged_lines)
       VALUES (?, ?, ?, ?, ?, ?, 'queued', 0, '', 0)
       ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, preset = excluded.preset,
         stages = excluded.stages, datasets = excluded.datasets, organs = excluded.organs`,
    )
    .run(name, createdAt, preset, stages, JSON.stringify(datasets.map((each) => each.name)), JSON.stringify(organs))
}

/** Changes whenever a file is written; '' without the file. */
function fileStamp(folder: string, file: string): string {
  const found = statSync(join(folder, file), { throwIfNoEntry: false })
  return found ? `${found.size} ${found.mtimeMs}` : ''
}

/** Recognises the text just before byte `end` of a journal. */
function tailHash(folder: string, end: number): string {
  const tail = readBytes(join(folder, JOURNAL), Math.max(0, end - tailLength), end)
  return createHash('sha256').update(tail).digest('hex')
}
