// Learning curves of the methods of a study as lines: the mean over seeds, stage after stage.
import type { StudyResultRow } from '../../../contract/study.ts'
import type { LineSeries } from '../../charts/line-option.ts'

export function curveLines(rows: readonly Pick<StudyResultRow, 'name' | 'curves'>[]): LineSeries[] {
  return rows.flatMap(({ name, curves }) => {
    const all = curves.flatMap(({ stages }) => stages.flatMap(({ points }) => points))
    const byPatches = Map.groupBy(all, ([patches]) => patches)
    const points = [...byPatches]
      .sort(([a], [b]) => a - b)
      .map(([patches, found]): [number, number] => [
        patches,
        found.reduce((sum, [, dice]) => sum + dice, 0) / found.length,
      ])
    return points.length > 0 ? [{ name, points }] : []
  })
}
