// Box plots by organ and report as inline SVG: quartiles, whiskers to 1.5 box lengths, every value beside its box.
import type { Comparison, ReportDetail, ResultMetric } from '../../../../contract/results.ts'
import { valuesOf } from '../metric-values.ts'
import { boxOf } from '../statistics/describe-values.ts'
import { markup, type Markup } from './markup.ts'
import { createScale, type Scale } from './scale.ts'
import { metricName } from './wording.ts'

const [LEFT, TOP, HEIGHT, BOTTOM] = [46, 12, 220, 84]
const [BOX, GAP] = [20, 18]

/** Apart for colour-blind eyes (Okabe and Ito), dark enough on white. */
export const SERIES_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#8a6d00', '#555555'] as const
export const seriesColour = (index: number): string => SERIES_COLOURS[index % SERIES_COLOURS.length] ?? '#555555'

/** @param names organ id -> as shown to people @returns null when no report has a value */
export function drawBoxes(comparison: Comparison, names: ReadonlyMap<string, string>): Markup | null {
  const { organs, reports, metric } = comparison
  const all = reports.flatMap(({ scores }) => valuesOf(scores, metric))
  if (all.length === 0) return null
  const band = reports.length * BOX + GAP
  const width = LEFT + organs.length * band + GAP
  // Shares are shown from 0 to 1 whatever they are, so that two reports can be laid side by side.
  const scale = createScale(metric === 'hd95Mm' ? [0, ...all] : [0, 1], [TOP + HEIGHT, TOP])
  const groups = organs.map((organ, at) => {
    const left = LEFT + GAP + at * band
    const boxes = reports.map((report, index) =>
      drawBox(report, organ, metric, left + (index + 0.5) * BOX, index, scale),
    )
    const [x, y] = [left + (reports.length * BOX) / 2, TOP + HEIGHT + 14]
    return markup`<g>${boxes}<text transform="translate(${x} ${y}) rotate(-35)" text-anchor="end">${names.get(organ) ?? organ}</text></g>`
  })
  const label = `${metricName[metric]} by organ`
  return markup`<svg viewBox="0 0 ${width} ${TOP + HEIGHT + BOTTOM}" width="${width}" height="${TOP + HEIGHT + BOTTOM}" role="img" aria-label="${label}">${drawAxis(scale, width)}${groups}</svg>`
}

function drawAxis(scale: Scale, width: number): Markup[] {
  return scale.ticks.map(({ value, text }) => {
    const y = scale.at(value)
    return markup`<line class="grid" x1="${LEFT}" x2="${width}" y1="${y}" y2="${y}"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${text}</text>`
  })
}

function drawBox(
  { scores }: ReportDetail,
  organ: string,
  metric: ResultMetric,
  x: number,
  index: number,
  { at }: Scale,
): Markup {
  const values = valuesOf(
    scores.filter((score) => score.organ === organ),
    metric,
  )
  const box = boxOf(values)
  if (!box) return markup``
  const colour = seriesColour(index)
  const half = BOX * 0.34
  const [low, q1, median, q3, high] = [box.low, box.q1, box.median, box.q3, box.high].map(at) as [number, number, number, number, number] // prettier-ignore
  // Spread by position, the same every time: values that are alike stay apart.
  const points = values.map((value, position) => {
    const shift = (((position * 0.618) % 1) - 0.5) * half * 1.4
    return markup`<circle cx="${x + shift}" cy="${at(value)}" r="1.6"/>`
  })
  return markup`<g stroke="${colour}" fill="${colour}"><path fill="none" d="M${x} ${high}V${q3}M${x} ${q1}V${low}M${x - half / 2} ${high}h${half}M${x - half / 2} ${low}h${half}"/><rect x="${x - half}" y="${q3}" width="${2 * half}" height="${Math.max(0.5, q1 - q3)}" fill-opacity="0.15"/><path stroke-width="2" d="M${x - half} ${median}h${2 * half}"/><g stroke="none" fill-opacity="0.6">${points}</g></g>`
}
