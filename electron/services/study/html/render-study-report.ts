// The report of a study: one file with its tables and figures inside, no script and no request, that opens offline and
// prints. The same inputs give the same bytes, apart from the date in its head.
import type { Comparison } from '../../../../contract/results.ts'
import { studyTables, type StudyTable } from '../../../../contract/study-tables.ts'
import type { StudyResult } from '../../../../contract/study.ts'
import type { ReportBackground } from '../../results/html/describe-for-report.ts'
import { drawDifferences } from '../../results/html/draw-differences.ts'
import { markup, Markup } from '../../results/html/markup.ts'
import { datasetSection, runSection } from '../../results/html/render-html-report.ts'
import { REPORT_STYLE } from '../../results/html/report-style.ts'
import { differencesTable } from '../../results/html/report-tables.ts'
import { formatTime, metricName } from '../../results/html/wording.ts'
import { RESAMPLES } from '../../results/statistics/bootstrap.ts'
import { drawCurves } from './draw-curves.ts'
import { drawLineBoxes } from './draw-line-boxes.ts'

export interface StudyReportContent {
  readonly result: StudyResult
  /** The same lines for each metric. */
  readonly comparisons: readonly Comparison[]
  readonly about: ReportBackground
  readonly now: Date
}

const STYLE = `${REPORT_STYLE}
.panels { display: flex; flex-wrap: wrap; gap: 12px 20px; margin: 8px 0 20px; }
tbody th[scope="row"] { white-space: nowrap; }
`

export function renderStudyReport({ result, comparisons, about, now }: StudyReportContent): string {
  const { config, rows } = result
  const { organNames } = about
  const tables = studyTables(result, (organ) => organNames.get(organ) ?? organ)
  const shown = (id: StudyTable['id']): Markup[] => tables.filter((each) => each.id === id).map(htmlTable)
  const ablation = shown('ablation')
  const body = markup`
<h1>Study ${config.name}: ${String(rows.length)} methods on ${config.test}</h1>
<p class="soft">OrganMosaic, <time datetime="${now.toISOString()}">${formatTime(now.toISOString())}</time>. Trained on ${config.datasets.join(', ')}, preset ${config.preset}.</p>
<p class="notice">For research use only. Not for diagnosis, treatment or any other clinical decision.</p>
<p>Ensemble: all full models averaged. Best single: the one full model that validated best, chosen without the test set.</p>
${comparisons.map(
  (comparison) =>
    markup`<h2>${metricName[comparison.metric]}</h2>${shown(comparison.metric)}<div class="panels">${drawLineBoxes(comparison, organNames)}</div>`,
)}
<h2>Differences in Dice</h2>${shown('differences')}${comparisons.slice(0, 1).map((dice) => differences(dice, organNames))}
${ablation.length > 0 ? markup`<h2>Ablation</h2>${ablation}` : markup``}
<h2>Learning curves</h2>
<p class="soft">Mean validation Dice over models and organs, a line a seed; a stage begins where a line does. Taken from the journals of the runs, so no test case is behind it, and models of different stages are validated on different cases.</p>
<div class="panels">${drawCurves(rows)}</div>
<h2>Cost</h2>${shown('cost')}
<h2>Data</h2>${datasetSection(about)}
<h2>Runs</h2>${about.runs.map(runSection)}
<h2>How to read this</h2>${explanation(comparisons[0])}
<footer>Made by OrganMosaic. For research use only.</footer>`
  return page(`Study ${config.name}`, body)
}

function page(title: string, body: Markup): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return `${
    markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>${body}
</body>
</html>`.text
  }\n`
}

function htmlTable({ caption, head, rows }: StudyTable): Markup {
  const cells = rows.map(
    ([name = '', ...rest]) =>
      markup`<tr><th scope="row">${name}</th>${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
  )
  return markup`<div class="scroll"><table><caption>${caption}</caption><thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${cells}</tbody></table></div>`
}

function differences({ reports, differences, metric }: Comparison, names: ReadonlyMap<string, string>): Markup {
  const [base, ...others] = reports
  if (!base) return markup``
  return markup`${differences.map((difference, index) => {
    const figure = drawDifferences(difference.rows, metric, names) ?? markup``
    return markup`<h3>${others[index]?.entry.run ?? ''} minus ${base.entry.run}</h3>${figure}${differencesTable(difference, metric, names)}`
  })}`
}

function explanation(comparison: Comparison | undefined): Markup {
  return markup`<p>Every score was computed from the stored prediction of a test case. Means and standard deviations of the tables go over seeds, each the mean over cases. In boxes and tests the scores of a case are averaged over seeds first, so that seeds do not count as patients. Boxes: quartiles and median; whiskers end at the last value within 1.5 box lengths.</p>
<p>Dice is 0 for a missed or invented organ. HD95 needs both and leaves such cases out. Cases in which an organ is neither in the truth nor in the prediction do not count.</p>
<p>Differences are paired by case; scans of one patient are averaged first. p: Wilcoxon signed-rank test, two-sided. p (Holm): corrected over the ${String(comparison?.tests ?? 0)} tests of one metric. The 95 % interval is a percentile bootstrap of the mean with ${String(RESAMPLES)} resamples and a fixed seed. A filled point has p (Holm) below 0.05.</p>`
}
