// What the tables of a study say, wherever they are shown: in a window, a report, a paper, a README. Dice and NSD in percent,
// as papers print them.
import { METHODS } from './methods.ts'
import { plannedStages } from './planned-stages.ts'
import type { PairedDifference, ResultMetric } from './results.ts'
import { STUDY_TERMS, type StudyTerm } from './study-figures.ts'
import type { StudyLineKind } from './study-lines.ts'
import type { OverSeeds, StudyResult, StudyResultRow, StudyScores } from './study.ts'

export interface StudyTable {
  readonly id: 'dice' | 'hd95Mm' | 'nsd' | 'differences' | 'ablation' | 'cost'
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

type Result = Pick<StudyResult, 'rows' | 'config' | 'budget' | 'tests'>
type NameOf = (organ: string) => string

/** A line of a table: a row, or the best single model of a row. */
export interface ScoredLine extends StudyScores {
  readonly label: string
  readonly kind: StudyLineKind
  readonly row: StudyResultRow
}

export function scoredLines(rows: readonly StudyResultRow[]): ScoredLine[] {
  return rows.flatMap((row) => {
    const stage = plannedStages(METHODS[row.method].stages).at(-1)
    const kind = stage === 0 ? 'network' : stage === 1 ? 'fused' : 'ensemble'
    const { organs, mean, differences, single } = row
    const all = { row, kind, label: lineLabel(row.name, kind), organs, mean, differences } as const
    return single ? [all, { ...single, row, kind: 'best', label: lineLabel(row.name, 'best') } as const] : [all]
  })
}

export const lineLabel = (row: string, kind: StudyLineKind): string =>
  kind === 'ensemble' ? `${row}, ensemble` : kind === 'best' ? `${row}, best single` : row

/** The ablation is left out where no two rows differ in a term. */
export function studyTables(result: Result, nameOf: NameOf): StudyTable[] {
  const { rows, config, budget, tests } = result
  const seeds = Math.max(0, ...rows.map(({ runs }) => runs.length))
  const basis = `${config.test}, preset ${config.preset}, ${budget} patches of each dataset`
  const over = seeds > 1 ? `mean and standard deviation over up to ${seeds} seeds` : 'one seed'
  return [
    metricTable('dice', `Dice in percent on ${basis}: ${over}`, rows, nameOf),
    metricTable('hd95Mm', `HD95 in mm on ${basis}: ${over}`, rows, nameOf),
    metricTable('nsd', `NSD in percent on ${basis}: ${over}`, rows, nameOf),
    differencesTable(rows, tests, nameOf),
    ...ablationTable(rows),
    costTable(rows),
  ]
}

/** @example '71.4 ± 0.8' */
export function formatOverSeeds({ mean, sd }: OverSeeds, metric: ResultMetric): string {
  if (mean === null) return '-'
  const factor = metric === 'hd95Mm' ? 1 : 100
  const digits = (mean * factor).toFixed(1)
  return sd === null ? digits : `${digits} ± ${(sd * factor).toFixed(1)}`
}

const none: OverSeeds = { mean: null, sd: null }
const organsOf = (rows: readonly StudyResultRow[]): string[] => [
  ...new Set(rows.flatMap(({ organs }) => organs.map(({ organ }) => organ))),
]

function metricTable(
  metric: ResultMetric,
  caption: string,
  rows: readonly StudyResultRow[],
  nameOf: NameOf,
): StudyTable {
  const organs = organsOf(rows)
  return {
    id: metric,
    caption,
    head: ['method', 'runs', ...organs.map(nameOf), 'mean'],
    rows: scoredLines(rows).map((line) => [
      line.label,
      String(line.row.runs.length),
      ...organs.map((organ) =>
        formatOverSeeds(line.organs.find((each) => each.organ === organ)?.[metric] ?? none, metric),
      ),
      formatOverSeeds(line.mean[metric], metric),
    ]),
  }
}

function differencesTable(rows: readonly StudyResultRow[], tests: number, nameOf: NameOf): StudyTable {
  const [first, ...others] = scoredLines(rows)
  const organs = [null, ...organsOf(rows)]
  return {
    id: 'differences',
    caption:
      `Dice points against ${first?.label ?? ''}, cases paired and seeds averaged: mean, bootstrap 95 % interval, ` +
      `Wilcoxon signed-rank p with Holm correction over ${tests} tests`,
    head: ['method', ...organs.map((organ) => (organ === null ? 'mean' : nameOf(organ)))],
    rows: others.map(({ label, differences }) => [
      label,
      ...organs.map((organ) => formatDifference(differences.find((each) => each.organ === organ))),
    ]),
  }
}

function formatDifference(difference: PairedDifference | undefined): string {
  if (!difference || difference.mean === null) return '-'
  const points = (value: number | null): string =>
    value === null ? '-' : `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`
  const { mean, low, high, pHolm } = difference
  const p = pHolm === null ? '-' : pHolm < 0.001 ? '< 0.001' : pHolm.toFixed(3)
  return `${points(mean)} [${points(low)}, ${points(high)}], p ${p}`
}

const allTerms = Object.keys(STUDY_TERMS) as StudyTerm[]

/** Rows with stages; the terms that they have, in order. */
export function ablationOf(rows: readonly StudyResultRow[]): { rows: StudyResultRow[]; terms: StudyTerm[] } | null {
  const staged = rows.filter(({ terms }) => allTerms.some((term) => terms[term] !== null))
  const varies = (term: StudyTerm): boolean => new Set(staged.map(({ terms }) => terms[term] === true)).size > 1
  if (!allTerms.some(varies)) return null
  // A shared start is no term of the published method: it is a column only where rows differ in it.
  return { rows: staged, terms: allTerms.filter((term) => term !== 'sharedStart' || varies(term)) }
}

function ablationTable(rows: readonly StudyResultRow[]): StudyTable[] {
  const ablation = ablationOf(rows)
  if (!ablation) return []
  const { terms } = ablation
  return [
    {
      id: 'ablation',
      caption: `Ablation: which terms were on (${terms.map((term) => `${STUDY_TERMS[term].short}: ${STUDY_TERMS[term].title.toLowerCase()}`).join('; ')}), and the means over organs`,
      head: ['method', ...terms.map((term) => STUDY_TERMS[term].short), 'Dice (%)', 'HD95 (mm)', 'NSD (%)'],
      rows: scoredLines(ablation.rows).map(({ label, row, mean }) => [
        label,
        ...terms.map((term) => (row.terms[term] === true ? '✓' : '')),
        formatOverSeeds(mean.dice, 'dice'),
        formatOverSeeds(mean.hd95Mm, 'hd95Mm'),
        formatOverSeeds(mean.nsd, 'nsd'),
      ]),
    },
  ]
}

function costTable(rows: readonly StudyResultRow[]): StudyTable {
  return {
    id: 'cost',
    caption:
      'Cost of a run: means over seeds, of memory the most. Time with validation and pseudo labels, without scoring',
    head: ['method', 'runs', 'minutes', 'patches of each dataset', 'peak memory (MB)'],
    rows: rows.map(({ name, runs, cost }) => [
      name,
      String(runs.length),
      (cost.seconds / 60).toFixed(1),
      String(cost.patches),
      cost.peakMemoryMb === null ? '-' : cost.peakMemoryMb.toFixed(0),
    ]),
  }
}
