import { describe, expect, it } from 'vitest'
import type { ChartStyle } from './chart-style.ts'
import { describeLines, formatValue, lineOption, seriesLook, type LineChartData } from './line-option.ts'

const style: ChartStyle = {
  text: '#000',
  soft: '#111',
  faint: '#222',
  line: '#333',
  lineStrong: '#444',
  surface: '#555',
  raised: '#666',
  accent: '#777',
  font: 'sans-serif',
  textXs: 11,
  textS: 12,
  space: 4,
  series: ['#a00', '#0a0'],
}
const data: LineChartData = {
  series: [
    {
      name: 'a',
      points: [
        [1, 0.5],
        [2, 0],
        [3, 0.25],
      ],
    },
    { name: 'b', points: [[1, 2]] },
  ],
  hidden: new Set(),
  xLabel: 'step',
  logScale: false,
  yRange: [0, 1],
  marks: [],
}
type Drawn = { name: string; data: unknown[] }

describe('lines', () => {
  it('draws every series that is not hidden', () => {
    const { series } = lineOption({ ...data, hidden: new Set(['a']) }, style) as { series: Drawn[] }
    expect(series.map(({ name }) => name)).toEqual(['b'])
  })

  it('leaves out what a logarithmic axis cannot show', () => {
    const option = lineOption({ ...data, logScale: true }, style) as { series: Drawn[]; yAxis: { min?: number } }
    expect(option.series[0]?.data).toEqual([
      [1, 0.5],
      [3, 0.25],
    ])
    expect(option.yAxis.min).toBeUndefined()
  })

  it('begins the palette again with dashes, and keeps a colour that was given', () => {
    const plain = { name: 'x', points: [] }
    expect(seriesLook(plain, 1, style)).toEqual({ colour: '#0a0', dash: 'solid' })
    expect(seriesLook(plain, 2, style)).toEqual({ colour: '#a00', dash: 'dashed' })
    const given = { ...plain, colour: '#123456', dash: 'dotted' } as const
    expect(seriesLook(given, 2, style)).toEqual({ colour: '#123456', dash: 'dotted' })
  })

  it('has whole steps alone on its axis', () => {
    expect(lineOption(data, style)['xAxis']).toMatchObject({ minInterval: 1 })
  })

  it('says in words what it shows', () => {
    expect(describeLines('Loss', data.series)).toBe(
      'Loss. a: 0.500 at 1 to 0.250 at 3, lowest 0, highest 0.500. b: 2.00 at 1 to 2.00 at 1, lowest 2.00, highest 2.00.',
    )
    expect(describeLines('Loss', [{ name: 'c', points: [] }])).toBe('Loss. c: no values yet.')
  })

  it.each([
    [0, '0'],
    [0.5, '0.500'],
    [123.4, '123'],
    [12345, '1.23e+4'],
    [0.00012, '1.20e-4'],
  ])('shows %d as %s', (value, text) => expect(formatValue(value)).toBe(text))
})
