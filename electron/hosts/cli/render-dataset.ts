// A registered dataset as text.
import { listChannels } from '../../../contract/channel.ts'
import type { DatasetDetail } from '../../../contract/commands.ts'
import { count, decimal, table, type Style } from './text.ts'

const shownFindings = 20

/** Head line, sizes, organs, findings. */
export function renderDataset(detail: DatasetDetail, style: Style): string {
  const { summary, shape, spacingMm, labels } = detail
  const excluded = summary.cases - summary.usableCases
  const lines = [
    `${style.bold(summary.name)}  role ${summary.role}, ${summary.channels.length > 1 ? `channels ${listChannels(summary.channels)}` : summary.modality}, layout ${summary.layout}, ${summary.root}`,
    `layout   ${detail.layoutReason}`,
    `${count(summary.usableCases, 'usable case')}${excluded > 0 ? `, ${excluded} excluded` : ''}`,
  ]
  if (shape) lines.push(`size     ${[shape.min, shape.median, shape.max].map(times).join('  ')}  (least, median, most)`)
  if (spacingMm) {
    const each = [spacingMm.min, spacingMm.median, spacingMm.max].map((triple) =>
      times(triple.map((mm) => decimal(mm, 2))),
    )
    lines.push(`spacing  ${each.join('  ')} mm, [depth x height x width]`)
  }
  const rows = detail.organs.map(({ organ, states, volumeMl }) => [
    organ,
    labels
      .filter((label) => label.organs.includes(organ))
      .map((label) => `${label.key} (${label.sourceName}, ${label.mapped})`)
      .join(', '),
    ...(['labelled', 'cut', 'merged', 'absent', 'unlabelled'] as const).map((state) => String(states[state] ?? 0)),
    decimal(volumeMl?.median ?? null),
  ])
  const header = ['organ', 'label', 'labelled', 'cut', 'merged', 'absent', 'unlabelled', 'median ml']
  return [
    ...lines,
    '',
    table(header, rows, style),
    ...renderLeftOut(detail),
    '',
    ...renderFindings(detail, style),
  ].join('\n')
}

/** Each with its reason: nothing is left out in silence. */
function renderLeftOut({ leftOut }: DatasetDetail): string[] {
  const named = leftOut.map(({ key, sourceName, because }) => {
    const name = key === sourceName ? key : `${key} (${sourceName})`
    return `${name}: ${because ?? 'by choice'}`
  })
  return named.length === 0
    ? []
    : [
        '',
        `left out  ${count(named.length, 'label')}, not read as ${leftOut.length === 1 ? 'an organ' : 'organs'}`,
        ...named.map((line) => `  ${line}`),
      ]
}

export function renderCases(detail: DatasetDetail, style: Style): string {
  const rows = detail.cases.map((each) => [
    each.id,
    each.patient,
    each.shape ? times(each.shape) : '–',
    each.spacingMm ? times(each.spacingMm.map((mm) => decimal(mm, 2))) : '–',
    each.status === 'ok' ? each.organs.join(', ') : `excluded: ${each.excludedReason ?? ''}`,
  ])
  return table(['case', 'patient', 'size', 'spacing mm', 'delineated'], rows, style)
}

function renderFindings({ summary, findings }: DatasetDetail, style: Style): string[] {
  if (findings.length === 0) return ['No findings.']
  const paint = { error: style.red, warning: style.yellow, info: style.dim }
  const rank = { error: 0, warning: 1, info: 2 }
  const sorted = [...findings].sort((a, b) => rank[a.severity] - rank[b.severity])
  const lines = sorted
    .slice(0, shownFindings)
    .map(({ severity, message }) => `${paint[severity](severity)}  ${message}`)
  const more = findings.length - lines.length
  const unnamed = findings.some(({ code }) => code === 'unmapped-organ' || code === 'undeclared-label')
  return [
    ...lines,
    ...(more > 0 ? [`... and ${more} more; --json lists all.`] : []),
    ...(unnamed
      ? [`To name a label: organ-mosaic register ${summary.root} --name ${summary.name} --organ LABEL=ORGAN`]
      : []),
  ]
}

function times(values: readonly (number | string)[]): string {
  return values.join('x')
}
