// Prints the result of a finished study of a workspace for docs/results/studies/NAME.result.json; `npm run docs` then writes
// the tables of README.md and docs/results/studies.md from it.
// usage: npm run --silent results:publish -- HOME STUDY TITLE NOTE > docs/results/studies/NAME.result.json
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publish } from './published-study.ts'

const [home, study, title, note] = process.argv.slice(2)
if (!home || !study || !title || !note) {
  console.error('usage: publish-study HOME STUDY TITLE NOTE')
  process.exit(2)
}
const stored: unknown = JSON.parse(readFileSync(join(home, 'studies', study, 'study.json'), 'utf8'))
const recordedAt = new Date().toISOString().slice(0, 10)
console.log(JSON.stringify(publish(stored, { title, note, recordedAt })))
