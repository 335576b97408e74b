// The results of README.md and docs/results/studies.md, written from docs/results/studies/*.result.json.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
  const parts = [...studies.values()].map(summaryOf)
  return `${readme.slice(0, begin)}${README_BEGIN}\n\n${parts.join('\n\n')}\n\n${readme.slice(end)}`
}

/** Means over organs, of whole methods with all their models; the rest is in the tables. */
function summaryOf({ title, result }: PublishedStudy): string {
  const { rows, budget, config } = result
  const runs = Math.max(...rows.map((each) => each.runs.length))
  const isWhole = (name: string): boolean => config.rows.find((each) => each.name === name)?.set.length === 0
  const whole = rows.filter(({ name }) => isWhole(name)).map((each) => ({ ...each, single: null }))
  const lines = scoredLines(whole).map(({ label, mean }) => [
    label,
    formatOverSeeds(mean.dice, 'dice'),
    formatOverSeeds(mean.hd95Mm, 'hd95Mm'),
    formatOverSeeds(mean.nsd, 'nsd'),
  ])
  const seeds = runs === 1 ? 'one seed' : `mean ± standard deviation over up to ${runs} seeds`
  return [
    `**${title}**, ${config.preset} preset, ${budget} patches of each dataset, ${seeds} ([tables, single models, ablation, tests, limits](docs/results/studies.md)):`,
    '',
    table(['method', 'Dice (%)', 'HD95 (mm)', 'NSD (%)'], lines),
  ].join('\n')
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
