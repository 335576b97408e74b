// Contours of shapes whose voxels are known: on slices, between them, finer and coarser than them, and the other way round.
import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { fillContours } from './fill-contours.ts'

const GRID: Geometry = {
  shape: [40, 80, 80],
  spacingMm: [3, 1, 1],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

/** At a height z (mm): centre and half axes of an ellipse, or null where the shape is not. */
type Shape = (z: number) => { x: number; y: number; a: number; b: number } | null

const ellipsoid: Shape = (z) => {
  const rest = 1 - ((z - 60) / 45) ** 2
  return rest <= 0 ? null : { x: 40, y: 40, a: 30 * Math.sqrt(rest), b: 22 * Math.sqrt(rest) }
}
const cone: Shape = (z) => (z < 20 || z > 100 ? null : { x: 40, y: 40, a: (z - 10) / 3, b: (z - 10) / 4 })
/** Moves by 1 mm in 1 mm, as a rib or a vessel does; wider than the step between slices. */
const slanting: Shape = (z) => (z < 30 || z > 90 ? null : { x: z - 20, y: 40, a: 8, b: 6 })
/** The same, thinner than what it moves from one plane to the next where planes are 6 mm apart. */
const thin: Shape = (z) => (z < 30 || z > 90 ? null : { x: z - 20, y: 40, a: 2.5, b: 2.5 })

function contoursOf(shape: Shape, startMm: number, stepMm: number): Float64Array[] {
  const contours: Float64Array[] = []
  for (let z = startMm; z <= 117; z += stepMm) {
    const ellipse = shape(z)
    if (!ellipse || ellipse.a < 0.5) continue
    const points = Array.from({ length: 120 }, (_, n) => (2 * Math.PI * n) / 120).flatMap((angle) => [
      ellipse.x + ellipse.a * Math.cos(angle),
      ellipse.y + ellipse.b * Math.sin(angle),
      z,
    ])
    contours.push(Float64Array.from(points))
  }
  return contours
}

function dice(shape: Shape, contours: readonly Float64Array[], slabMm: number | null = null): number {
  const { data } = fillContours(contours, GRID, 'test', slabMm).volume
  let [both, sum] = [0, 0]
  for (let at = 0; at < data.length; at++) {
    const [k, j, i] = [Math.floor(at / 6400), Math.floor(at / 80) % 80, at % 80]
    const ellipse = shape(3 * k)
    const truth = ellipse !== null && ((i - ellipse.x) / ellipse.a) ** 2 + ((j - ellipse.y) / ellipse.b) ** 2 <= 1
    both += truth && data[at] === 1 ? 1 : 0
    sum += (truth ? 1 : 0) + data[at]
  }
  return (2 * both) / sum
}

// Least Dice of ellipsoid, cone, slanting and thin. What is lost is at the ends, where nobody knows how far a shape goes on
// beyond its last contour, and where a contour has too few points.
const CASES: [string, number, number, number | null, readonly [number, number, number, number]][] = [
  ['on slices', 0, 3, null, [0.999, 0.998, 0.985, 0.99]],
  ['half a slice beside them', 1.5, 3, null, [0.985, 0.975, 0.955, 0.95]],
  ['half a slice beside them, as thick as a slice', 1.5, 3, 3, [0.985, 0.975, 0.955, 0.95]],
  ['a quarter of a slice beside them', 0.75, 3, null, [0.99, 0.99, 0.96, 0.96]],
  ['twice as fine', 0.75, 1.5, null, [0.99, 0.99, 0.98, 0.97]],
  ['every second slice', 0, 6, null, [0.99, 0.94, 0.985, 0.99]],
  ['every second slice, beside them', 1.5, 6, null, [0.98, 0.98, 0.93, 0.93]],
  ['every 5 mm', 1, 5, null, [0.99, 0.94, 0.95, 0.95]],
]

describe.each(CASES)('contours %s', (_what, start, step, slab, least) => {
  it.each([ellipsoid, cone, slanting, thin].map((shape, n) => [shape.name, shape, least[n]] as const))(
    '%s',
    (_name, shape, atLeast) => {
      expect(dice(shape, contoursOf(shape, start, step), slab)).toBeGreaterThanOrEqual(atLeast)
    },
  )
})

it('contours that say that they are as thin as a slice leave the slices between them empty', () => {
  const { volume, oddities } = fillContours(contoursOf(ellipsoid, 0, 6), GRID, 'test', 3)
  const filled = [...Array(40).keys()].filter((k) => volume.data.subarray(k * 6400, (k + 1) * 6400).includes(1))
  expect(filled.every((k) => k % 2 === 0)).toBe(true)
  expect(oddities).toEqual([])
})

it('two parts side by side keep their places', () => {
  // A pair of rods that lean towards each other: several contours a plane keep their places.
  const left: Shape = (z) => ({ x: 20 + z / 12, y: 40, a: 8, b: 8 })
  const right: Shape = (z) => ({ x: 60 - z / 12, y: 40, a: 8, b: 8 })
  const contours = [...contoursOf(left, 1.5, 3), ...contoursOf(right, 1.5, 3)]
  const both = fillContours(contours, GRID, 'test').volume.data
  for (const shape of [left, right]) {
    const alone = fillContours(contoursOf(shape, 1.5, 3), GRID, 'test').volume.data
    const lost = alone.filter((inside, at) => inside === 1 && both[at] === 0).length
    expect(lost / alone.filter((inside) => inside === 1).length).toBeLessThan(0.01)
  }
})
