// How long processes really worked on a run: what lies between two of them, a pause or a night, does not count.
import type { Database } from '../database/open-database.ts'

/** In seconds, from the times of its events. Where the clock was set back, nothing is counted instead of less than that. */
export function workedSeconds(database: Database, run: string): number {
  const row = database
    .prepare<[string], { days: number | null }>(
      `SELECT sum(CASE WHEN begins THEN 0 ELSE max(gap, 0) END) AS days FROM (
         SELECT julianday(time) - julianday(lag(time) OVER (ORDER BY seq)) AS gap,
                type = 'state' AND json_extract(content, '$.state') = 'running' AS begins
         FROM events WHERE run = ?)`,
    )
    .get(run)
  return Math.max(0, (row?.days ?? 0) * 86_400)
}
