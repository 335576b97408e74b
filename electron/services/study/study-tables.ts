// The tables of a study as text: Markdown for notes, LaTeX (booktabs) for papers, CSV for everything else.
import { scoredLines, studyTables } from '../../../contract/study-tables.ts'
import type { StudyResult } from '../../../contract/study.ts'
import { toCsv } from '../results/results-csv.ts'

type Names = ReadonlyMap<string, string>

export function markdownTables(result: StudyResult, names: Names): string {
  return studyTables(result, (organ) => names.get(organ) ?? organ)
    .map(({ caption, head, rows }) => {
      const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
      return [caption, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
    })
    .join('\n')
}

export function latexTables(result: StudyResult, names: Names): string {
  return studyTables(result, (organ) => names.get(organ) ?? organ)
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

/** A row a line and organ, the means over organs with an empty organ; shares between 0 and 1. */
export function methodsCsv({ rows }: Pick<StudyResult, 'rows'>): string {
  return toCsv(
    scoredLines(rows).flatMap(({ label, kind, row, organs, mean }) =>
      [...organs, { organ: null, ...mean }].map(({ organ, dice, hd95Mm, nsd }) => ({
        method: label,
        of: kind,
        runs: row.runs.length,
        organ,
        dice_mean: dice.mean,
        dice_sd: dice.sd,
        hd95_mm_mean: hd95Mm.mean,
        hd95_mm_sd: hd95Mm.sd,
        nsd_mean: nsd.mean,
        nsd_sd: nsd.sd,
        training_seconds: row.cost.seconds,
        patches: row.cost.patches,
        peak_memory_mb: row.cost.peakMemoryMb,
      })),
    ),
  )
}

const latexSigns: Readonly<Record<string, string>> = {
  '±': '$\\pm$',
  '✓': '$\\checkmark$',
  '<': '$<$',
  '%': '\\%',
  _: '\\_',
  '&': '\\&',
  '#': '\\#',
}
const escapeLatex = (text: string): string => text.replaceAll(/[±✓<%_&#]/g, (sign) => latexSigns[sign] ?? sign)
