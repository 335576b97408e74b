// Contours by hand: where they run, which way round, how holes are joined, what is left out.
import { expect, test } from 'vitest'
import { joinHoles } from './join-holes.ts'
import { simplifyRing } from './simplify-ring.ts'
import { ringArea, traceContours, type Ring } from './trace-contours.ts'

/** 'X' inside. */
function trace(rows: readonly string[]): Ring[] {
  const width = rows[0].length
  const slice = Uint8Array.from(rows.join(''), (letter) => (letter === 'X' ? 1 : 0))
  return traceContours(slice, width, 1, { rows: [0, rows.length - 1], columns: [0, width - 1] })
}

test('a voxel is a diamond that keeps away from its neighbours', () => {
  const [ring, ...others] = trace(['...', '.X.', '...'])
  expect(others).toEqual([])
  // Blurred it is below one half everywhere: the border comes as close as it may.
  expect(ring.u.map((u, n) => [u, ring.v[n]].map((at) => Number(at.toFixed(2)))).sort()).toEqual([
    [0.85, 1],
    [1, 0.85],
    [1, 1.15],
    [1.15, 1],
  ])
})

test('a straight border lies in the middle between voxels', () => {
  const [ring] = trace(['XXXXXXXXXXXX', 'XXXXXXXXXXXX', 'XXXXXXXXXXXX', 'XXXXXXXXXXXX', 'XXXXXXXXXXXX', '............'])
  const bottom = ring.u.map((u, n) => [u, ring.v[n]]).filter(([u, v]) => u >= 5 && u <= 6 && v > 3)
  expect(bottom.map(([, v]) => v)).toEqual([expect.closeTo(4.5, 5), expect.closeTo(4.5, 5)])
})

test.each([
  ['corners that touch', ['X..', '.X.', '..X'], [1, 1, 1]],
  ['a hole', ['XXXX', 'X..X', 'XXXX'], [1, -1]],
  ['an island in a hole', ['XXXXXXX', 'X.....X', 'X.XXX.X', 'X.....X', 'XXXXXXX'], [1, -1, 1]],
  ['two holes that touch at a corner', ['XXXX', 'X.XX', 'XX.X', 'XXXX'], [1, -1]],
])('%s: outer borders one way, holes the other', (_, rows, signs) => {
  const found = trace(rows).map((ring) => Math.sign(ringArea(ring)))
  expect(found.sort()).toEqual([...signs].sort())
})

test('holes are joined to what surrounds them, and the area is what is inside', () => {
  const rings = trace(['XXXXXXXXX', 'X.XX...XX', 'X.XX.X.XX', 'XXXX...XX', 'XX.XXXXXX', 'XXXXXXXXX'])
  const area = rings.reduce((sum, ring) => sum + ringArea(ring), 0)
  const joined = joinHoles(rings)
  expect(joined).toHaveLength(2)
  expect(joined.reduce((sum, ring) => sum + ringArea(ring), 0)).toBeCloseTo(area, 9)
})

test('points on a line go, corners stay', () => {
  const square = { u: [0, 1, 2, 2, 2, 1, 0, 0], v: [0, 0.01, 0, 1, 2, 2, 2, 1] }
  expect(simplifyRing(square, 0.02)).toEqual({ u: [0, 2, 2, 0], v: [0, 0, 2, 2] })
  expect(simplifyRing(square, 0.005).u).toHaveLength(5)
})
