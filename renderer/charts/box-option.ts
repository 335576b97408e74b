// Boxes of values by group and series as an echarts option: quartiles, whiskers, and points that can be clicked.
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from 'echarts'
import { boxStatistics, type BoxStatistics } from './box-statistics.ts'
import { axisStyle, baseOption, tooltipStyle, type ChartStyle } from './chart-style.ts'
import type { EChartsCoreOption } from './echarts.ts'
import { formatValue } from './line-option.ts'

export interface BoxPoint {
  readonly group: string
  readonly value: number
  /** Given back when the point is chosen, e.g. a case. */
  readonly id: string
}

export interface BoxSeries {
  readonly name: string
  readonly colour?: string
  readonly points: readonly BoxPoint[]
}

export interface BoxPlotData {
  readonly groups: readonly string[]
  readonly series: readonly BoxSeries[]
  readonly yLabel: string
  readonly yRange: readonly [number, number] | null
  /** all: every value beside its box; outliers: only those outside the whiskers. */
  readonly show: 'all' | 'outliers'
}

export interface Box {
  readonly series: string
  readonly group: string
  readonly count: number
  readonly box: BoxStatistics
}

export const seriesColour = (series: BoxSeries, index: number, palette: readonly string[]): string =>
  series.colour ?? palette[index % palette.length] ?? 'currentColor'

/** So many letters below the boxes stand side by side on a laptop. */
const MOST_LETTERS = 90

/** In the order of series, then groups; groups without a value are left out. */
export function boxesOf({ groups, series }: Pick<BoxPlotData, 'groups' | 'series'>): Box[] {
  return series.flatMap(({ name, points }) =>
    groups.flatMap((group) => {
      const values = points.filter((point) => point.group === group).map(({ value }) => value)
      const box = boxStatistics(values)
      return box ? [{ series: name, group, count: values.length, box }] : []
    }),
  )
}

export function boxOption(data: BoxPlotData, style: ChartStyle): EChartsCoreOption {
  const { groups, series, yLabel, yRange } = data
  const boxes = boxesOf(data)
  const turned = groups.reduce((letters, name) => letters + name.length, 0) > MOST_LETTERS
  const bottom = style.space * (turned ? 18 : 8)
  return {
    ...baseOption(style),
    grid: { left: style.space * 13, right: style.space * 2, top: style.space * 3, bottom },
    tooltip: { ...tooltipStyle(style), trigger: 'item' },
    xAxis: {
      ...axisStyle(style),
      type: 'category',
      data: groups,
      axisLabel: { color: style.soft, fontSize: style.textXs, rotate: turned ? 35 : 0, interval: 0 },
    },
    yAxis: {
      ...axisStyle(style),
      type: 'value',
      name: yLabel,
      nameLocation: 'middle',
      nameGap: style.space * 10,
      scale: true,
      ...(yRange ? { min: yRange[0], max: yRange[1] } : {}),
    },
    series: series.flatMap((each, index) => {
      const place = { index, count: series.length, colour: seriesColour(each, index, style.series) }
      const own = boxes.filter((box) => box.series === each.name)
      return [boxSeries(each.name, own, groups, place, style), pointSeries(each, own, groups, place, data.show)]
    }),
  }
}

interface Place {
  readonly index: number
  readonly count: number
  readonly colour: string
}

/** Centre and half width in pixels of a series' box in its group. */
function boxPlace(api: CustomSeriesRenderItemAPI, group: number, { index, count }: Place): [number, number] {
  const size = api.size?.([1, 0])
  const band = Array.isArray(size) ? (size[0] ?? 0) : (size ?? 0)
  const width = Math.min(48, (band * 0.8) / count)
  const centre = (api.coord([group, 0])[0] ?? 0) + (index - (count - 1) / 2) * width
  return [centre, width * 0.36]
}

function boxSeries(name: string, boxes: readonly Box[], groups: readonly string[], place: Place, style: ChartStyle) {
  const { colour } = place
  return {
    type: 'custom',
    name,
    data: boxes.map(({ group, box }) => [
      groups.indexOf(group),
      box.lowWhisker,
      box.q1,
      box.median,
      box.q3,
      box.highWhisker,
    ]),
    encode: { x: 0, y: [1, 2, 3, 4, 5] },
    tooltip: { formatter: (item: { dataIndex: number }) => boxText(boxes[item.dataIndex]) },
    renderItem(_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn {
      const [x, half] = boxPlace(api, Number(api.value(0)), place)
      const y = (at: number): number => api.coord([api.value(0), api.value(at)])[1] ?? 0
      const [low, q1, median, q3, high] = [y(1), y(2), y(3), y(4), y(5)] as const
      const stroke = { stroke: colour, lineWidth: 1, fill: 'none' }
      const line = (x1: number, y1: number, x2: number, y2: number, look: object = stroke) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: look,
      })
      const rect = { x: x - half, y: q3, width: 2 * half, height: Math.max(1, q1 - q3) }
      return {
        type: 'group',
        children: [
          line(x, low, x, q1),
          line(x, q3, x, high),
          line(x - half / 2, low, x + half / 2, low),
          line(x - half / 2, high, x + half / 2, high),
          { type: 'rect', shape: rect, style: { ...stroke, fill: style.surface } },
          { type: 'rect', shape: rect, style: { fill: colour, opacity: 0.25 } },
          line(x - half, median, x + half, median, { stroke: style.text, lineWidth: 2 }),
        ],
      }
    },
  }
}

/** The points of a series that are drawn; their order is that of the drawn data. */
export function shownPoints(
  { points }: BoxSeries,
  boxes: readonly Box[],
  groups: readonly string[],
  show: BoxPlotData['show'],
): BoxPoint[] {
  const byGroup = new Map(boxes.map((box) => [box.group, box.box]))
  return points.filter(
    ({ group, value }) => groups.includes(group) && (show === 'all' || byGroup.get(group)?.isOutlier(value) === true),
  )
}

function pointSeries(
  series: BoxSeries,
  boxes: readonly Box[],
  groups: readonly string[],
  place: Place,
  show: BoxPlotData['show'],
) {
  const points = shownPoints(series, boxes, groups, show)
  return {
    type: 'custom',
    name: series.name,
    z: 3,
    // The series and the id come back with a click.
    data: points.map(({ group, value, id }) => ({ value: [groups.indexOf(group), value], name: id })),
    encode: { x: 0, y: 1 },
    tooltip: { formatter: (item: { dataIndex: number }) => pointText(points[item.dataIndex]) },
    renderItem(params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn {
      const [x, half] = boxPlace(api, Number(api.value(0)), place)
      // Spread by position, the same every time: values that are alike stay apart.
      const spread = show === 'all' ? (((params.dataIndex * 0.618) % 1) - 0.5) * half : 0
      const cy = api.coord([api.value(0), api.value(1)])[1] ?? 0
      const style = { fill: place.colour, opacity: 0.9 }
      return { type: 'circle', shape: { cx: x + spread, cy, r: 3 }, style, emphasis: { style: { opacity: 1 } } }
    },
  }
}

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

function boxText(box: Box | undefined): string {
  if (!box) return ''
  const { lowWhisker, q1, median, q3, highWhisker } = box.box
  const quartiles = `${formatValue(q1)} to ${formatValue(q3)}`
  return `${escapeText(box.group)}, ${escapeText(box.series)}<br>median ${formatValue(median)}, quartiles ${quartiles}<br>whiskers ${formatValue(lowWhisker)} to ${formatValue(highWhisker)}, ${box.count} values`
}

const pointText = (point: BoxPoint | undefined): string =>
  point ? `${escapeText(point.group)}, ${escapeText(point.id)}<br>${formatValue(point.value)}` : ''
