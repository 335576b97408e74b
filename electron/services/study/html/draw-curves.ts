// Learning curves as inline SVG, a panel a method: validation Dice against patches, a line a seed, broken between stages.
import type { StudyResultRow } from '../../../../contract/study.ts'
import { SERIES_COLOURS } from '../../results/html/draw-boxes.ts'
import { markup, type Markup } from '../../results/html/markup.ts'
import { createScale, type Scale } from '../../results/html/scale.ts'

const [LEFT, WIDTH, TOP, HEIGHT, BOTTOM, RIGHT] = [44, 270, 24, 150, 40, 14]

/** All panels have the same axes, so that methods can be compared. */
export function drawCurves(rows: readonly StudyResultRow[]): Markup[] {
  const all = rows.flatMap(({ curves }) => curves.flatMap(({ stages }) => stages.flatMap(({ points }) => points)))
  if (all.length === 0) return [markup`<p class="soft">No run was validated.</p>`]
  const x = createScale([0, ...all.map(([patches]) => patches)], [LEFT, LEFT + WIDTH], 4)
  const y = createScale([0, 1], [TOP + HEIGHT, TOP])
  return rows.map((row) => drawPanel(row, x, y))
}

function drawPanel({ name, curves }: StudyResultRow, x: Scale, y: Scale): Markup {
  const bottom = TOP + HEIGHT
  const grid = y.ticks.map(
    ({ value, text }) =>
      markup`<line class="grid" x1="${LEFT}" x2="${LEFT + WIDTH}" y1="${y.at(value)}" y2="${y.at(value)}"/><text x="${LEFT - 6}" y="${y.at(value) + 4}" text-anchor="end">${text}</text>`,
  )
  const ticks = x.ticks.map(
    ({ value, text }) => markup`<text x="${x.at(value)}" y="${bottom + 15}" text-anchor="middle">${text}</text>`,
  )
  const lines = curves.flatMap(({ stages }, seed) =>
    stages.map(({ points }) => {
      const colour = SERIES_COLOURS[seed % SERIES_COLOURS.length] ?? '#555555'
      const path = points.map(([patches, dice]) => `${round(x.at(patches))} ${round(y.at(dice))}`).join('L')
      const dots = points.map(([patches, dice]) => markup`<circle cx="${x.at(patches)}" cy="${y.at(dice)}" r="2"/>`)
      return markup`<g stroke="${colour}" fill="${colour}"><path fill="none" stroke-width="1.5" d="M${path}"/><g stroke="none">${dots}</g></g>`
    }),
  )
  const [width, height] = [LEFT + WIDTH + RIGHT, bottom + BOTTOM]
  const label = `Validation Dice of ${name} against patches`
  return markup`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><text x="${LEFT}" y="14" font-weight="600">${name}</text>${grid}${ticks}<text x="${LEFT + WIDTH / 2}" y="${bottom + 32}" text-anchor="middle">patches of each dataset</text>${lines}</svg>`
}

const round = (value: number): number => Math.round(value * 100) / 100
