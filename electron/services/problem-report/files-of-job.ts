// What of a job's folder goes into a report: its configuration, its journal, the end of its log, small state files, and
// which files there are.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JobEvent } from '../../../contract/events.ts'
import { JobSchema } from '../../../contract/job.ts'
import { PlaceWordSchema } from '../../../contract/place.ts'
import { readJournal } from '../../../trainer/job-folder/read-journal.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import { describeJob, type Teller } from './describe-for-report.ts'
import { asJson, readable, type GatheredFile } from './gathered-file.ts'
import { scrubLog } from './scrub-log.ts'
import type { Scrubber } from './scrub-text.ts'

const FIRST_EVENTS = 200
const LAST_EVENTS = 2000

/** @param called its path in the report */
export function filesOfJob(folder: string, called: string, teller: Teller, scrubber: Scrubber): GatheredFile[] {
  const job = readable([join(folder, 'run.json')], (path) => readJsonFile(path, JobSchema)).at(0)
  const { events, damaged } = readJournal(folder)
  const kept =
    events.length > FIRST_EVENTS + LAST_EVENTS
      ? [...events.slice(0, FIRST_EVENTS), ...events.slice(-LAST_EVENTS)]
      : events
  const lines = kept.map((event) => JSON.stringify(teller.scrub(withoutPaths(event))))
  const note = damaged > 0 ? `, ${damaged} damaged lines left out` : ''
  return [
    job ? asJson(`${called}/run.json`, 'its configuration', describeJob(job, teller)) : null,
    {
      name: `${called}/events.jsonl`,
      about: `its journal, ${kept.length} of ${events.length} events${note}`,
      text: lines.join('\n'),
    },
    {
      name: `${called}/trainer.log`,
      about: 'the end of what its process printed',
      text: scrubLog(join(folder, 'trainer.log'), scrubber),
    },
    asJson(`${called}/state.json`, 'its plan and what stands in its small state files', readState(folder, teller)),
    asJson(`${called}/files.json`, 'its files and their sizes', listFiles(folder, teller)),
  ].filter((file) => file !== null)
}

const STATE_FILES = ['plan.json', 'memory-use.json', 'control.json', 'process.json', 'place.json']

function readState(folder: string, { scrub }: Teller): Record<string, unknown> {
  return Object.fromEntries(
    readable(STATE_FILES, (name): [string, unknown] => {
      const content = readJsonFile(join(folder, name), z.unknown())
      // Of the place of a job only what it said of it.
      const told = name === 'place.json' ? z.object({ word: PlaceWordSchema }).parse(content).word : content
      return [name, scrub(told)]
    }),
  )
}

/** Where a file lies is known by its event; its name may be a case's. */
const withoutPaths = (event: JobEvent): object => (event.type === 'output' ? { ...event, path: '[path]' } : event)

/** Of the folder itself and of its checkpoints; what lies deeper is called like cases. */
function listFiles(folder: string, { scrub }: Teller): { name: unknown; bytes: number }[] {
  return ['', 'checkpoints', 'claims'].flatMap((below) =>
    existsSync(join(folder, below))
      ? readdirSync(join(folder, below), { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => ({
            name: scrub(below ? `${below}/${name}` : name),
            bytes: statSync(join(folder, below, name)).size,
          }))
      : [],
  )
}
