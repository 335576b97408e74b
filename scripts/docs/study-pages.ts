// The results of README.md and docs/results/studies.md, written from docs/results/studies/*.result.json.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS } from '../../contract/methods.ts'
import type { StudyRow } from '../../contract/study.ts'
import { scoredLines, studyTables, formatOverSeeds } from '../../contract/study-tables.ts'
import { loadVocabulary } from '../../electron/services/vocabulary/load-vocabulary.ts'
import type { PublishedStudy } from '../results/published-study.ts'

export const README_BEGIN = '<!-- Results: written by `npm run docs` from docs/results/studies. Do not edit. -->'
export const README_END = '<!-- End of results -->'

type Studies = ReadonlyMap<string, PublishedStudy>

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** @throws when the README has lost its marks */
export function readmeWithResults(readme: string, studies: Studies): string {
  const [begin, end] = [readme.indexOf(README_BEGIN), readme.indexOf(README_END)]
  if (begin < 0 || end < begin) {
    throw new Error(
      `README.md should have the lines "${README_BEGIN}" and "${README_END}", and has them not in this order.`,
    )
  }
  return `${readme.slice(0, begin)}${README_BEGIN}\n\n${summaryOf([...studies.values()])}\n\n${readme.slice(end)}`
}

/** Mean Dice of whole methods with all their models, a column a study; the rest is in the tables. */
function summaryOf(studies: readonly PublishedStudy[]): string {
  const columns = studies.map(({ result }) => new Map(result.config.rows.flatMap((each) => meanDice(each, result))))
  const methods = [...new Set(columns.flatMap((column) => [...column.keys()]))]
  const lines = methods.map((method) => [method, ...columns.map((column) => column.get(method) ?? '')])
  return [
    'Mean Dice over organs in percent, on complete test cases; every method has learned from as many patches, mean ± standard deviation over seeds where there were several ([organs, distances, single models, ablation, tests, limits](docs/results/studies.md)):',
    '',
    table(['method', ...studies.map(({ title }) => title)], lines),
  ].join('\n')
}

function meanDice(row: StudyRow, { rows }: PublishedStudy['result']): [string, string][] {
  const found = rows.find(({ name }) => name === row.name)
  if (row.set.length > 0 || !found) return []
  const label = METHODS[row.method].title + (row.labels ? ', all labels given' : '')
  const [whole] = scoredLines([{ ...found, single: null }])
  return whole ? [[label, formatOverSeeds(whole.mean.dice, 'dice')]] : []
}

export function studiesPage(studies: Studies): string {
  const names = new Map(loadVocabulary().organs.map(({ id, name }) => [id, name]))
  return [
    '# Studies',
    '<!-- Written by `npm run docs` from docs/results/studies/*.result.json. Do not edit. -->',
    '',
    'Methods side by side, as `organ-mosaic study` and the Studies screen make them ([how](../how-to/compare-methods.md)).',
    'Every score was computed from a stored prediction of a test case. Ensemble: all full models averaged. Best single:',
    'the full model that validated best. What the tests are: [Statistics](../reference/statistics.md).',
    '',
    ...[...studies].flatMap(([file, { title, note, recordedAt, result }]) => [
      `## ${title}`,
      '',
      `${note} Recorded ${recordedAt}; numbers: [${file}.result.json](studies/${file}.result.json).`,
      '',
      ...studyTables(result, (organ) => names.get(organ) ?? organ).flatMap(({ caption, head, rows }) => [
        `${caption}.`,
        '',
        table(head, rows),
        '',
      ]),
    ]),
  ].join('\n')
}

export const readReadme = (root: string): string => readFileSync(join(root, 'README.md'), 'utf8')
