// Prints a run of a workspace as a Markdown section for docs/results.
// usage: npm run results:collect -- HOME RUN [RUN ...]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EvaluationReportSchema, JobEventSchema, JobSchema } from '../../contract/index.ts'
import { describeRun } from './describe-run.ts'

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

function collect(folder: string): string {
  const job = JobSchema.parse(readJson(join(folder, 'run.json')))
  if (job.kind !== 'train') throw new Error(`${folder} holds a ${job.kind} job; expected a training run.`)
  // The last line may still be being written.
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1)
  const reports = join(folder, 'report')
  const files = existsSync(reports) ? readdirSync(reports).filter((name) => name.endsWith('.json')) : []
  return describeRun(
    job,
    lines.map((line) => JobEventSchema.parse(JSON.parse(line))),
    files.map((name) => EvaluationReportSchema.parse(readJson(join(reports, name)))),
  )
}

const [home, ...runs] = process.argv.slice(2)
if (!home || runs.length === 0) {
  console.error('usage: collect-results HOME RUN [RUN ...]')
  process.exit(2)
}
for (const run of runs) console.log(collect(join(home, 'runs', run)))
