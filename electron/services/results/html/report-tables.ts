// The tables of the report.
import type { Comparison, ReportDetail, ResultMetric } from '../../../../contract/results.ts'
import { seriesColour } from './draw-boxes.ts'
import { markup, type Markup } from './markup.ts'
import { formatMetric, formatMl, formatP, formatSigned, formatTime, metricName, nameOf } from './wording.ts'

type Names = ReadonlyMap<string, string>
const WORST_SHOWN = 15

const headRow = (cells: readonly string[]): Markup =>
  markup`<thead><tr>${cells.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>`
const dataRow = (name: string | Markup, cells: readonly string[]): Markup =>
  markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`
const table = (head: readonly string[], rows: readonly Markup[]): Markup =>
  markup`<div class="scroll"><table>${headRow(head)}<tbody>${rows}</tbody></table></div>`

export function reportsTable(reports: readonly ReportDetail[]): Markup {
  const rows = reports.map(({ entry, nsdToleranceMm }, index) =>
    dataRow(markup`<span class="key" style="background:${seriesColour(index)}"></span>${nameOf(entry)}`, [
      formatMetric(entry.meanDice, 'dice'),
      String(entry.cases),
      String(entry.failures),
      String(nsdToleranceMm),
      formatTime(entry.createdAt),
    ]),
  )
  return table(['Report', 'Mean Dice', 'Cases', 'Failed', 'NSD tolerance (mm)', 'Evaluated'], rows)
}

/** Mean ± sd of every report, and how often the organ was missed or invented. */
export function organsTable({ organs, reports, metric }: Comparison, names: Names): Markup {
  const rows = organs.map((organ) =>
    dataRow(
      names.get(organ) ?? organ,
      reports.flatMap((report) => organCells(report, organ, metric)),
    ),
  )
  const groups = reports.map(({ entry }) => markup`<th scope="colgroup" colspan="3">${nameOf(entry)}</th>`)
  const columns = reports.map(
    () => markup`<th scope="col">mean ± sd</th><th scope="col">n</th><th scope="col">missed / invented</th>`,
  )
  return markup`<div class="scroll"><table><thead><tr><th scope="col" rowspan="2">${metricName[metric]}</th>${groups}</tr><tr>${columns}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function organCells({ organs }: ReportDetail, organ: string, metric: ResultMetric): string[] {
  const row = organs.find((each) => each.organ === organ)
  if (!row) return ['-', '0', '-']
  const { mean, sd, n } = row[metric]
  const spread = sd === null ? '' : ` ± ${formatMetric(sd, metric)}`
  return [`${formatMetric(mean, metric)}${spread}`, String(n), `${row.missed} / ${row.invented}`]
}

export function differencesTable(
  { rows }: Comparison['differences'][number],
  metric: ResultMetric,
  names: Names,
): Markup {
  const lines = rows.map(({ organ, n, leftOut, mean, low, high, p, pHolm, better, worse }) =>
    dataRow(organ === null ? 'All organs' : (names.get(organ) ?? organ), [
      String(n),
      String(leftOut),
      formatSigned(mean, metric),
      low === null ? '-' : `${formatSigned(low, metric)} to ${formatSigned(high, metric)}`,
      `${better} / ${worse}`,
      formatP(p),
      formatP(pHolm),
    ]),
  )
  return table(
    ['Organ', 'Pairs', 'Left out', 'Mean difference', '95 % interval', 'Better / worse', 'p', 'p (Holm)'],
    lines,
  )
}

export function volumesTable({ entry, organs }: ReportDetail, names: Names): Markup {
  const rows = organs
    .filter(({ truthMl }) => truthMl.n > 0)
    .map(({ organ, truthMl, predictedMl, differenceMl }) =>
      dataRow(names.get(organ) ?? organ, [
        String(truthMl.n),
        formatMl(truthMl.mean),
        formatMl(predictedMl.mean),
        `${formatMl(differenceMl.mean)}${differenceMl.sd === null ? '' : ` ± ${formatMl(differenceMl.sd)}`}`,
      ]),
    )
  if (rows.length === 0)
    return markup`<p class="soft">${nameOf(entry)}: no volumes, the dataset is no longer registered.</p>`
  return markup`<h3>${nameOf(entry)}</h3>${table(['Organ', 'Cases', 'Truth (ml)', 'Prediction (ml)', 'Difference (ml)'], rows)}`
}

export function worstCasesTable({ entry, cases }: ReportDetail, names: Names): Markup {
  const rows = cases
    .slice(0, WORST_SHOWN)
    .map(({ caseId, meanDice, worstOrgan, failure }) =>
      dataRow(caseId, [
        failure ?? formatMetric(meanDice, 'dice'),
        worstOrgan === null ? '-' : (names.get(worstOrgan) ?? worstOrgan),
      ]),
    )
  return markup`<h3>${nameOf(entry)}</h3>${table(['Case', 'Mean Dice', 'Worst organ'], rows)}`
}
