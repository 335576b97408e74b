// Lines over steps as an echarts option, and in words for those who do not see them.
import { axisStyle, baseOption, tooltipStyle, type ChartStyle } from './chart-style.ts'
import type { EChartsCoreOption } from './echarts.ts'
import { readableColour } from './readable-colour.ts'

/** How a line is broken, in pixels of line and gap: a second cue beside its colour. */
export const dashes = { solid: [], dashed: [7, 4], dotted: [2, 3], dashdot: [9, 3, 2, 3] } as const
export type Dash = keyof typeof dashes

export interface LineSeries {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** One of the palette by position unless given. */
  readonly colour?: string
  readonly dash?: Dash
}

export interface LineChartData {
  readonly series: readonly LineSeries[]
  readonly hidden: ReadonlySet<string>
  readonly xLabel: string
  readonly logScale: boolean
  readonly yRange: readonly [number, number] | null
  /** Vertical lines, e.g. where a stage begins. */
  readonly marks: readonly { readonly x: number; readonly label: string }[]
}

export const formatValue = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) >= 1000 || Math.abs(value) < 0.001 ? value.toExponential(2) : value.toPrecision(3)

export function seriesLook(
  { colour, dash }: LineSeries,
  index: number,
  style: Pick<ChartStyle, 'series' | 'surface' | 'text'>,
): { colour: string; dash: Dash } {
  if (colour !== undefined) {
    return { colour: readableColour(colour, style.surface, style.text), dash: dash ?? 'solid' }
  }
  const palette = style.series
  const again = index >= palette.length
  return { colour: palette[index % palette.length] ?? style.text, dash: dash ?? (again ? 'dashed' : 'solid') }
}

export function lineOption(data: LineChartData, style: ChartStyle): EChartsCoreOption {
  const { series, hidden, xLabel, logScale, yRange, marks } = data
  return {
    ...baseOption(style),
    tooltip: {
      ...tooltipStyle(style),
      trigger: 'axis',
      order: 'valueDesc',
      axisPointer: { type: 'line', lineStyle: { color: style.lineStrong } },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? formatValue(value) : '-'),
    },
    xAxis: {
      ...axisStyle(style),
      type: 'value',
      name: xLabel,
      nameLocation: 'middle',
      nameGap: style.space * 6,
      // Nothing is measured between two steps.
      minInterval: 1,
      min: 0,
      max: 'dataMax',
      splitLine: { show: false },
    },
    yAxis: {
      ...axisStyle(style),
      type: logScale ? 'log' : 'value',
      scale: true,
      ...(yRange && !logScale ? { min: yRange[0], max: yRange[1] } : {}),
    },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: 'ctrl', filterMode: 'none' }],
    series: series
      .map((each, index) => ({ each, look: seriesLook(each, index, style) }))
      .filter(({ each }) => !hidden.has(each.name))
      .map(({ each, look }, position) => ({
        type: 'line',
        name: each.name,
        data: logScale ? each.points.filter(([, y]) => y > 0) : each.points,
        showSymbol: each.points.length < 3,
        symbolSize: style.space,
        itemStyle: { color: look.colour },
        lineStyle: { width: 1.5, color: look.colour, type: look.dash === 'solid' ? 'solid' : [...dashes[look.dash]] },
        emphasis: { focus: 'series' },
        ...(position === 0 && marks.length > 0 ? { markLine: markLines(marks, style) } : {}),
      })),
  }
}

function markLines(marks: LineChartData['marks'], style: ChartStyle): Record<string, unknown> {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: style.lineStrong, type: 'dotted' },
    label: { color: style.faint, fontSize: style.textXs, position: 'insideEndTop', formatter: '{b}' },
    data: marks.map(({ x, label }) => ({ xAxis: x, name: label })),
  }
}

/** @example 'Loss. liver: 0.9 at 10 to 0.4 at 200, lowest 0.38, highest 0.9.' */
export function describeLines(label: string, series: readonly LineSeries[]): string {
  const sentences = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last) return `${name}: no values yet.`
    const low = points.reduce((least, [, y]) => Math.min(least, y), Infinity)
    const high = points.reduce((most, [, y]) => Math.max(most, y), -Infinity)
    return `${name}: ${formatValue(first[1])} at ${first[0]} to ${formatValue(last[1])} at ${last[0]}, lowest ${formatValue(low)}, highest ${formatValue(high)}.`
  })
  return [`${label}.`, ...sentences].join(' ')
}
