// Keeps what a study of a workspace found: CONFIG is docs/results/studies/NAME.json, and beside it come NAME.scores.json.gz,
// with what was kept there before and is not in the workspace, and NAME.result.json, computed from these scores. Then
// `npm run docs` writes the tables of README.md and docs/results/studies.md.
// usage: npm run results:publish -- HOME CONFIG TITLE NOTE
import { readFileSync, writeFileSync } from 'node:fs'
import { BUDGETS } from '../../contract/methods.ts'
import { StudyConfigSchema } from '../../contract/study.ts'
import { createServices } from '../../electron/services/create-services.ts'
import { summariseStudy } from '../../electron/services/study/summarise-study.ts'
import { readDataset } from '../../electron/services/workspace/dataset-store.ts'
import { gatherScores, keepScores, readKeptScores } from './kept-scores.ts'
import { publish } from './published-study.ts'

const [home, file, title, note] = process.argv.slice(2)
if (!home || !file || !title || !note) {
  console.error('usage: publish-study HOME CONFIG TITLE NOTE')
  process.exit(2)
}
const config = StudyConfigSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
const named = (ending: string): string => file.replace(/\.json$/, ending)
const services = createServices({ home })
const kept = named('.scores.json.gz')
keepScores(kept, gatherScores(services, config, readKeptScores(kept)))
// As everybody else reads them.
const scored = readKeptScores(kept)
const { cases } = readDataset(services.workspace, config.test)
const { result } = summariseStudy(config, scored, cases)
const recordedAt = new Date().toISOString().slice(0, 10)
const published = publish({ config, budget: BUDGETS[config.preset], ...result }, { title, note, recordedAt })
writeFileSync(named('.result.json'), JSON.stringify(published))
services.close()
console.log(`${scored.length} runs: ${scored.map(({ run }) => run).join(', ')}`)
