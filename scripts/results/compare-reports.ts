// Prints mean Dice of evaluated runs, and what each differs from the first by, case by case, as Markdown for docs/results:
// the numbers of the Compare screen.
// usage: npm run results:compare -- HOME DATASET RUN:STAGE:MODEL RUN:STAGE:MODEL [...]     such as first:2:ensemble
import { createServices } from '../../electron/services/create-services.ts'

const [home, dataset, ...reports] = process.argv.slice(2)
if (!home || !dataset || reports.length === 0) {
  console.error('usage: compare-reports HOME DATASET RUN:STAGE:MODEL [...]')
  process.exit(2)
}
const services = createServices({ home })
const { reports: details, differences, tests } = services.results.compare({ dataset, reports }, 'dice')
services.close()

const shown = (value: number | null, digits: number): string => (value === null ? '' : value.toFixed(digits))
const signed = (value: number | null): string => (value === null ? '' : `${value < 0 ? '' : '+'}${value.toFixed(4)}`)
console.log('| run | mean Dice | minus the first [95 %] | p | p, Holm |\n| --- | --- | --- | --- | --- |')
for (const { entry } of details) {
  const row = differences.find(({ key }) => key === entry.key)?.rows.find(({ organ }) => organ === null)
  const difference = row ? `${signed(row.mean)} [${signed(row.low)}, ${signed(row.high)}]` : ''
  const p = [row?.p ?? null, row?.pHolm ?? null].map((value) => shown(value, 3))
  console.log(`| ${entry.key} | ${shown(entry.meanDice, 3)} | ${difference} | ${p.join(' | ')} |`)
}
console.log(`\nWilcoxon signed-rank over cases; Holm over ${tests} tests.`)
