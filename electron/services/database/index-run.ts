// Brings the index of a run up to date with its folder: run.json once, events.jsonl from where the last time ended.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { JOURNAL, journalSize, readBytes, readJournal } from '../jobs/read-journal.ts'
import type { Database } from './open-database.ts'

type JournalMark = { journal_bytes: number; journal_tail: string }
const tailLength = 512

/**
 * Reads what is new in the journal of a run. Calling it twice changes nothing. A journal that became shorter, or whose
 * text before the mark changed, was cut or rewritten: the run is then indexed from its beginning.
 * @returns number of events that were new
 */
export function indexRun(database: Database, folder: string, job: TrainJob): number {
  return database
    .transaction(() => {
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
      }
    }
    return added
  })()
}

export function forgetRun(database: Database, name: string): void {
  database.prepare('DELETE FROM runs WHERE name = ?').run(name)
}

function insertRun(database: Database, job: TrainJob): void {
  database
    .prepare("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, 'queued', NULL, 0, '', 0)")
    .run(job.name, job.createdAt, job.preset, job.stages)
}

/** Recognises the text just before byte `end` of a journal. */
function tailHash(folder: string, end: number): string {
  const tail = readBytes(join(folder, JOURNAL), Math.max(0, end - tailLength), end)
  return createHash('sha256').update(tail).digest('hex')
}
