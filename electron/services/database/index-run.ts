// Brings the index of a run up to date with its folder: run.json once, events.jsonl from where the last time ended.
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { JOURNAL, journalSize, readBytes, readJournal } from '../jobs/read-journal.ts'
import type { Database } from './open-database.ts'

type JournalMark = { journal_bytes: number; journal_tail: string }
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
      const mark = database
        .prepare<[string], JournalMark>('SELECT journal_bytes, journal_tail FROM runs WHERE name = ?')
        .get(job.name)
      let start = mark?.journal_bytes ?? 0
      if (start > journalSize(folder) || (start > 0 && tailHash(folder, start) !== mark?.journal_tail)) {
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

/**
 * Adds events of a run with their metrics and checkpoints; one that is there already (same run and seq) is left alone.
 * @returns number of events that were new
 */
export function indexEvents(database: Database, run: string, events: readonly JobEvent[]): number {
  const insertEvent = database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)')
  const insertMetric = database.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertCheckpoint = database.prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const touch = database.prepare('UPDATE runs SET updated_at = ? WHERE name = ?')
  const setState = database.prepare('UPDATE runs SET state = ? WHERE name = ?')
  return database.transaction(() => {
    let added = 0
    let validated = false
    for (const event of events) {
      const { seq, time, type, ...content } = event
      if (insertEvent.run(run, seq, time, type, JSON.stringify(content)).changes === 0) continue
      added += 1
      touch.run(time, run)
      if (event.type === 'state') setState.run(event.state, run)
      if (event.type === 'checkpoint') {
        insertCheckpoint.run(run, seq, event.stage, event.model, event.kind, event.step, event.path, event.score)
      }
      if (event.type === 'metrics') {
        event.metrics.forEach((m, position) => {
          insertMetric.run(run, seq, position, m.name, m.value, m.step, m.stage, m.model, m.dataset, m.organ)
        })
        validated ||= event.metrics.some(({ name }) => name === VALIDATION_DICE)
      }
    }
    if (validated) setValidationDice(database, run)
    return added
  })()
}

const VALIDATION_DICE = 'validation.dice'

/** The mean over models and organs of the newest values of the latest stage that was validated. */
function setValidationDice(database: Database, run: string): void {
  database
    .prepare(
      `UPDATE runs SET validation_dice = (
         SELECT avg(value) FROM
           (SELECT value, stage, row_number() OVER (PARTITION BY stage, model, dataset, organ ORDER BY seq DESC) AS age,
              max(stage) OVER () AS newest
            FROM metrics WHERE run = :run AND name = :name AND organ IS NOT NULL)
         WHERE age = 1 AND stage IS newest)
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
