// A label in another order of voxels lies on its image all the same; one that is elsewhere is left alone.
import { expect, it } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { reorient } from '../canonical.ts'
import type { Volume } from '../volume.ts'
import { turnOnto } from './turn-onto.ts'

const grid: Geometry = {
  shape: [2, 3, 4],
  spacingMm: [3, 2, 1],
  origin: [10, -20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}
const onGrid: Volume = { data: Uint8Array.from({ length: 24 }, (_, n) => n), geometry: grid }

it.each([
  ['flipped from front to back', [0, 1, 2], [false, true, false]],
  ['flipped along all axes', [0, 1, 2], [true, true, true]],
  ['with its axes exchanged', [2, 0, 1], [false, true, false]],
] as const)('%s', (_, axes, flips) => {
  const stored = reorient(onGrid, { axes, flips })
  expect(stored.geometry).not.toEqual(grid)
  expect(turnOnto(stored, grid)).toEqual(onGrid)
})

it('what lies there already is not touched, what lies elsewhere neither', () => {
  expect(turnOnto(onGrid, grid)).toBe(onGrid)
  const beside = { ...onGrid, geometry: { ...grid, origin: [15, -20, 30] as [number, number, number] } }
  expect(turnOnto(beside, grid)).toBe(beside)
  // A mirrored header over voxels that were not mirrored: the places differ.
  const mirrored = { ...onGrid, geometry: { ...grid, direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] } }
  expect(turnOnto(mirrored, grid)).toBe(mirrored)
})
