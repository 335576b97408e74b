// Mean paired differences with their 95 % intervals by organ as inline SVG: left of the line worse, right of it better,
// or the other way round for a distance.
import type { PairedDifference, ResultMetric } from '../../../../contract/results.ts'
import { isHigherBetter } from '../metric-values.ts'
import { markup, type Markup } from './markup.ts'
import { createScale } from './scale.ts'
import { metricName } from './wording.ts'

const [LEFT, WIDTH, ROW, TOP] = [150, 380, 20, 8]
const CLEAR = 0.05

/** @returns null when nothing could be compared */
export function drawDifferences(
  rows: readonly PairedDifference[],
  metric: ResultMetric,
  names: ReadonlyMap<string, string>,
): Markup | null {
  const shown = rows.filter(({ mean }) => mean !== null)
  if (shown.length === 0) return null
  const values = shown.flatMap(({ mean, low, high }) => [mean, low, high].filter((value) => value !== null))
  const scale = createScale([0, ...values], [LEFT, LEFT + WIDTH])
  const bottom = TOP + shown.length * ROW
  const lines = shown.map((row, index) => drawRow(row, TOP + (index + 0.5) * ROW, scale.at, names))
  const axis = scale.ticks.map(({ value, text }) => {
    const x = scale.at(value)
    return markup`<line class="${value === 0 ? 'zero' : 'grid'}" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/><text x="${x}" y="${bottom + 16}" text-anchor="middle">${text}</text>`
  })
  const better = isHigherBetter(metric) ? 'right of the line is better' : 'left of the line is better'
  const label = `Difference in ${metricName[metric]}; ${better}`
  const [width, height] = [LEFT + WIDTH + 30, bottom + 40]
  return markup`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">${axis}${lines}<text x="${LEFT + WIDTH / 2}" y="${bottom + 34}" text-anchor="middle">${label}</text></svg>`
}

function drawRow(
  { organ, mean, low, high, pHolm }: PairedDifference,
  y: number,
  at: (value: number) => number,
  names: ReadonlyMap<string, string>,
): Markup {
  const name = organ === null ? 'All organs' : (names.get(organ) ?? organ)
  const clear = pHolm !== null && pHolm < CLEAR
  const interval =
    low === null || high === null
      ? markup``
      : markup`<line class="interval" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/>`
  return markup`<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${name}</text>${interval}<circle class="${clear ? 'clear' : 'unclear'}" cx="${at(mean ?? 0)}" cy="${y}" r="4"/>`
}
