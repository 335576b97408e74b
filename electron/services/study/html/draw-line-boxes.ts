// Box plots over the test cases as inline SVG: a panel an organ, a box a line of the study, named beside it.
import type { Comparison, ResultMetric } from '../../../../contract/results.ts'
import { boxOf } from '../../results/statistics/describe-values.ts'
import { valuesOf } from '../../results/metric-values.ts'
import { markup, type Markup } from '../../results/html/markup.ts'
import { createScale, type Scale } from '../../results/html/scale.ts'
import { metricName } from '../../results/html/wording.ts'

const [LEFT, WIDTH, ROW, TOP, RIGHT] = [170, 300, 18, 26, 16]
const COLOUR = '#0072b2'
const BEST_COLOUR = '#a0522d'

/** @returns a panel an organ that any line has values of */
export function drawLineBoxes(comparison: Comparison, names: ReadonlyMap<string, string>): Markup[] {
  const { organs, reports, metric } = comparison
  const all = reports.flatMap(({ scores }) => valuesOf(scores, metric))
  if (all.length === 0) return [markup`<p class="soft">No case has this metric.</p>`]
  const scale = createScale(metric === 'hd95Mm' ? [0, ...all] : [0, 1], [LEFT, LEFT + WIDTH])
  return organs.map((organ) => drawPanel(comparison, organ, names.get(organ) ?? organ, scale))
}

function drawPanel({ reports, metric }: Comparison, organ: string, name: string, scale: Scale): Markup {
  const bottom = TOP + reports.length * ROW
  const axis = scale.ticks.map(({ value, text }) => {
    const x = scale.at(value)
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/><text x="${x}" y="${bottom + 14}" text-anchor="middle">${text}</text>`
  })
  const boxes = reports.map(({ entry, scores }, index) => {
    const own = scores.filter((score) => score.organ === organ)
    const colour = entry.model === 'ensemble' ? COLOUR : BEST_COLOUR
    return drawBox(entry.run, valuesOf(own, metric), TOP + (index + 0.5) * ROW, colour, scale)
  })
  const [width, height] = [LEFT + WIDTH + RIGHT, bottom + 22]
  const label = `${metricName[metric as ResultMetric]} of ${name} by method`
  return markup`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><text x="${LEFT}" y="14" font-weight="600">${name}, ${metricName[metric]}</text>${axis}${boxes}</svg>`
}

function drawBox(name: string, values: readonly number[], y: number, colour: string, { at }: Scale): Markup {
  const title = markup`<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${name}</text>`
  const box = boxOf(values)
  if (!box) return title
  const half = ROW * 0.32
  const [low, q1, median, q3, high] = [box.low, box.q1, box.median, box.q3, box.high].map(at) as [number, number, number, number, number] // prettier-ignore
  // Spread by position, the same every time: values that are alike stay apart.
  const points = values.map((value, position) => {
    const shift = (((position * 0.618) % 1) - 0.5) * half * 1.4
    return markup`<circle cx="${at(value)}" cy="${y + shift}" r="1.4"/>`
  })
  return markup`${title}<g stroke="${colour}" fill="${colour}"><path fill="none" d="M${low} ${y}H${q1}M${q3} ${y}H${high}M${low} ${y - half / 2}v${half}M${high} ${y - half / 2}v${half}"/><rect x="${q1}" y="${y - half}" width="${Math.max(0.5, q3 - q1)}" height="${2 * half}" fill-opacity="0.15"/><path stroke-width="2" d="M${median} ${y - half}v${2 * half}"/><g stroke="none" fill-opacity="0.6">${points}</g></g>`
}
