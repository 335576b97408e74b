// The design tokens as values: a canvas knows no CSS variables.

export interface ChartStyle {
  readonly text: string
  readonly soft: string
  readonly faint: string
  readonly line: string
  readonly lineStrong: string
  readonly surface: string
  readonly raised: string
  readonly accent: string
  readonly font: string
  readonly textXs: number
  readonly textS: number
  readonly space: number
  /** Colours of series without one of their own; after the last they begin again, dashed. */
  readonly series: readonly string[]
}

const SERIES = 8

/** Read where the chart stands, so that both themes and any nesting are followed. */
export function readChartStyle(element: Element): ChartStyle {
  const tokens = getComputedStyle(element)
  const read = (name: string): string => tokens.getPropertyValue(name).trim()
  return {
    text: read('--text'),
    soft: read('--text-soft'),
    faint: read('--text-faint'),
    line: read('--line-colour'),
    lineStrong: read('--line-strong'),
    surface: read('--surface'),
    raised: read('--raised'),
    accent: read('--accent'),
    font: read('--font'),
    textXs: parseFloat(read('--text-xs')),
    textS: parseFloat(read('--text-s')),
    space: parseFloat(read('--space-1')),
    series: Array.from({ length: SERIES }, (_, index) => read(`--series-${index + 1}`)),
  }
}

/** What axes, grids and tooltips have in common. */
export function baseOption(style: ChartStyle): Record<string, unknown> {
  return {
    animation: false,
    textStyle: { fontFamily: style.font, fontSize: style.textXs, color: style.soft },
    grid: { left: style.space * 13, right: style.space * 4, top: style.space * 3, bottom: style.space * 10 },
  }
}

export function axisStyle(style: ChartStyle): Record<string, unknown> {
  return {
    axisLine: { lineStyle: { color: style.lineStrong } },
    axisTick: { lineStyle: { color: style.lineStrong } },
    axisLabel: { color: style.soft, fontSize: style.textXs, hideOverlap: true },
    nameTextStyle: { color: style.soft, fontSize: style.textXs },
    splitLine: { lineStyle: { color: style.line } },
  }
}

export function tooltipStyle(style: ChartStyle): Record<string, unknown> {
  return {
    confine: true,
    backgroundColor: style.raised,
    borderColor: style.lineStrong,
    padding: style.space * 2,
    textStyle: { color: style.text, fontSize: style.textS, fontFamily: style.font },
  }
}
