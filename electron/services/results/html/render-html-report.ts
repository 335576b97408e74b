// The HTML report: one file with its figures inside, no script and no request, that opens offline and prints.
// The same inputs give the same bytes, apart from the date in its head.
import type { TrainJob } from '../../../../contract/job.ts'
import type { Comparison, ReportDetail } from '../../../../contract/results.ts'
import { RESAMPLES } from '../statistics/bootstrap.ts'
import type { ReportBackground } from './describe-for-report.ts'
import { drawBoxes } from './draw-boxes.ts'
import { drawDifferences } from './draw-differences.ts'
import { markup, Markup } from './markup.ts'
import { differencesTable, organsTable, reportsTable, volumesTable, worstCasesTable } from './report-tables.ts'
import { REPORT_STYLE } from './report-style.ts'
import { formatTime, metricName, nameOf } from './wording.ts'

export interface ReportContent {
  /** The same reports for each metric. */
  readonly comparisons: readonly Comparison[]
  readonly about: ReportBackground
  readonly now: Date
}

export function renderHtmlReport({ comparisons, about, now }: ReportContent): string {
  const [first] = comparisons
  const reports = first?.reports ?? []
  const dataset = first?.dataset ?? ''
  const { organNames } = about
  const body = markup`
<h1>Segmentation results on ${dataset}</h1>
<p class="soft">OrganMosaic, <time datetime="${now.toISOString()}">${formatTime(now.toISOString())}</time></p>
<p class="notice">For research use only. Not for diagnosis, treatment or any other clinical decision.</p>
<h2>Reports</h2>${reportsTable(reports)}${reports.map((report) => keptPartsNote(report, organNames))}
${comparisons.map((comparison) => metricSection(comparison, organNames))}
<h2>Organ volumes</h2>
<p class="soft">Means over the cases with a true label. Difference: prediction minus truth, mean ± standard deviation.</p>
${reports.map((report) => volumesTable(report, organNames))}
<h2>Worst cases</h2>${reports.map((report) => worstCasesTable(report, organNames))}
<h2>Data</h2>${datasetSection(about)}
<h2>Runs</h2>${about.runs.map(runSection)}
<h2>How to read this</h2>${explanation(first)}
<footer>Made by OrganMosaic. For research use only.</footer>`
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return `${
    markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<title>Segmentation results on ${dataset}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>${body}
</body>
</html>`.text
  }\n`
}

/** Post-processing changes the scores, so a report says which organs it touched. */
function keptPartsNote(report: ReportDetail, names: ReadonlyMap<string, string>): Markup {
  const kept = report.keptParts ?? []
  if (kept.length === 0) return markup``
  const list = kept.map(({ organ, keep }) =>
    keep === 1
      ? (names.get(organ) ?? organ)
      : `${names.get(organ) ?? organ} (parts from ${String(keep * 100)} % of it on)`,
  )
  return markup`<p class="soft">${nameOf(report.entry)}: only the largest connected part of these organs was kept, as the run chose on its validation cases: ${list.join(', ')}.</p>`
}

function metricSection(comparison: Comparison, names: ReadonlyMap<string, string>): Markup {
  const { metric, reports, differences } = comparison
  const base = reports[0]
  const compared = differences.flatMap((difference, index) => {
    const other = reports[index + 1]
    if (!base || !other) return []
    const figure = drawDifferences(difference.rows, metric, names) ?? markup``
    return markup`<h3>${nameOf(other.entry)} minus ${nameOf(base.entry)}</h3>${figure}${differencesTable(difference, metric, names)}`
  })
  const boxes = drawBoxes(comparison, names) ?? markup`<p class="soft">No case has this metric.</p>`
  return markup`<h2>${metricName[metric]}</h2>${boxes}${organsTable(comparison, names)}${compared}`
}

export function datasetSection({ dataset }: ReportBackground): Markup {
  if (!dataset) return markup`<p class="soft">The dataset is no longer registered here.</p>`
  const { name, role, modality, cases, fingerprint } = dataset
  return markup`<p>${name}: ${String(cases)} cases, ${modality}, registered as ${role}. Fingerprint <code>${fingerprint}</code></p>`
}

export function runSection(job: TrainJob): Markup {
  const data = job.datasets.map(
    ({ name, modality, cases, fingerprint }, index) =>
      markup`<tr><th scope="row">model ${String(index + 1)}: ${name}</th><td>${String(cases.length)}</td><td class="text">${modality}</td><td class="text"><code>${fingerprint}</code></td></tr>`,
  )
  const versions = Object.entries(job.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  return markup`<h3>${job.name}</h3>
<p>Preset ${job.preset}, stages ${job.stages}, seed ${String(job.config.seed)}, made ${formatTime(job.createdAt)}. ${versions}.</p>
<div class="scroll"><table><thead><tr><th scope="col">Trained on</th><th scope="col">Cases</th><th scope="col" class="text">Modality</th><th scope="col" class="text">Fingerprint</th></tr></thead><tbody>${data}</tbody></table></div>
<details><summary>Configuration</summary><pre>${JSON.stringify(job.config, null, 2)}</pre></details>`
}

function explanation(comparison: Comparison | undefined): Markup {
  const single = markup`<p>Dice is 0 for a missed or invented organ. HD95 needs both and leaves such cases out, so its n can be smaller. Cases in which an organ is neither in the truth nor in the prediction do not count. Boxes: quartiles and median; whiskers end at the last value within 1.5 box lengths.</p>`
  if (!comparison || comparison.differences.length === 0) return single
  return markup`${single}<p>Differences are paired by case; scans of one patient are averaged first. p: Wilcoxon signed-rank test, two-sided. p (Holm): corrected over the ${String(comparison.tests)} tests of one metric. The 95 % interval is a percentile bootstrap of the mean with ${String(RESAMPLES)} resamples and a fixed seed. A filled point has p (Holm) below 0.05. Left out: cases that have the metric in one of the two reports only.</p>`
}
