// The tables of a study as text: Markdown for notes, LaTeX (booktabs) for papers. Dice in percent, as papers print it.
import type { PairedDifference } from '../../../contract/results.ts'
import type { OverSeeds, StudyResult, StudyResultRow } from '../../../contract/study.ts'

type Names = ReadonlyMap<string, string>

/** What the tables say, whatever they are written in. */
interface Table {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function markdownTables(result: StudyResult, names: Names): string {
  return tablesOf(result, names)
    .map(({ caption, head, rows }) => {
      const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
      return [caption, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
    })
    .join('\n')
}

export function latexTables(result: StudyResult, names: Names): string {
  return tablesOf(result, names)
    .map(({ caption, head, rows }) => {
      const line = (cells: readonly string[]): string => `${cells.map(escapeLatex).join(' & ')} \\\\`
      return [
        '\\begin{table}',
        `\\caption{${escapeLatex(caption)}}`,
        `\\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
        '\\toprule',
        line(head),
        '\\midrule',
        ...rows.map(line),
        '\\bottomrule',
        '\\end{tabular}',
        '\\end{table}',
        '',
      ].join('\n')
    })
    .join('\n')
}

function tablesOf(result: StudyResult, names: Names): Table[] {
  const { rows, config, budget, tests } = result
  const seeds = Math.max(...rows.map(({ runs }) => runs.length))
  const basis = `${config.test}, preset ${config.preset}, ${budget} patches of each dataset, up to ${seeds} seeds`
  return [
    metricTable(`Dice in percent on ${basis}: mean and standard deviation over seeds`, rows, 'dice', 100, names),
    metricTable(`HD95 in mm on ${basis}`, rows, 'hd95Mm', 1, names),
    metricTable(`NSD in percent on ${basis}`, rows, 'nsd', 100, names),
    differencesTable(rows, tests, names),
  ]
}

function metricTable(
  caption: string,
  rows: readonly StudyResultRow[],
  metric: 'dice' | 'hd95Mm' | 'nsd',
  factor: number,
  names: Names,
): Table {
  const organs = rows[0]?.organs.map(({ organ }) => organ) ?? []
  const value = ({ mean, sd }: OverSeeds): string => {
    if (mean === null) return '-'
    const digits = (mean * factor).toFixed(1)
    return sd === null ? digits : `${digits} ± ${(sd * factor).toFixed(1)}`
  }
  const none = { mean: null, sd: null }
  return {
    caption,
    head: ['method', 'runs', ...organs.map((organ) => names.get(organ) ?? organ), 'mean', 'best single', 'min'],
    rows: rows.map((row) => [
      row.name,
      String(row.runs.length),
      ...organs.map((organ) => value(row.organs.find((each) => each.organ === organ)?.[metric] ?? none)),
      value(row.mean[metric]),
      metric === 'dice' && row.bestSingle ? value(row.bestSingle) : '-',
      (row.trainingSeconds / 60).toFixed(1),
    ]),
  }
}

function differencesTable(rows: readonly StudyResultRow[], tests: number, names: Names): Table {
  const [first, ...others] = rows
  const organs = [null, ...(first?.organs.map(({ organ }) => organ) ?? [])]
  const points = (value: number | null): string =>
    value === null ? '-' : `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`
  const cell = (difference: PairedDifference | undefined): string => {
    if (!difference || difference.mean === null) return '-'
    const p = difference.pHolm === null ? '-' : difference.pHolm < 0.001 ? '< 0.001' : difference.pHolm.toFixed(3)
    return `${points(difference.mean)} [${points(difference.low)}, ${points(difference.high)}], p ${p}`
  }
  return {
    caption:
      `Dice points against ${first?.name ?? ''}, cases paired and seeds averaged: mean, bootstrap 95 % interval, ` +
      `Wilcoxon signed-rank p with Holm correction over ${tests} tests`,
    head: ['method', ...organs.map((organ) => (organ === null ? 'mean' : (names.get(organ) ?? organ)))],
    rows: others.map((row) => [
      row.name,
      ...organs.map((organ) => cell(row.differences.find((each) => each.organ === organ))),
    ]),
  }
}

const latexSigns: Readonly<Record<string, string>> = {
  '±': '$\\pm$',
  '<': '$<$',
  '%': '\\%',
  _: '\\_',
  '&': '\\&',
  '#': '\\#',
}

const escapeLatex = (text: string): string => text.replaceAll(/[±<%_&#]/g, (sign) => latexSigns[sign] ?? sign)
