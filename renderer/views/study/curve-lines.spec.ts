import { expect, test } from 'vitest'
import { curveLines } from './curve-lines.ts'

test('a method is one line: seeds averaged where they were validated alike, stages one after the other', () => {
  const curve = (run: string, first: number, last: number) => ({
    run,
    stages: [
      { stage: 1, points: [[100, first]] as [number, number][] },
      { stage: 2, points: [[200, last]] as [number, number][] },
    ],
  })
  const rows = [
    { name: 'mutual', curves: [curve('a', 0.4, 0.8), curve('b', 0.6, 0.6)] },
    { name: 'waits', curves: [] },
  ]
  const [line, ...others] = curveLines(rows)
  expect(others).toEqual([])
  expect(line?.name).toBe('mutual')
  expect(line?.points.map(([patches, dice]) => [patches, Number(dice.toFixed(6))])).toEqual([
    [100, 0.5],
    [200, 0.7],
  ])
})
