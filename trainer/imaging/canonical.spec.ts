import { describe, expect, it } from 'vitest'
import type { Geometry } from '../../contract/geometry.ts'
import { fromCanonical, toCanonical } from './canonical.ts'
import { pointToVoxel, voxelToPoint } from './geometry.ts'
import { multiplyVector, type Matrix3 } from './matrix3.ts'
import { rotatedDirection, signedPermutations } from './test-geometries.ts'
import type { Volume } from './volume.ts'

const volumeWith = (direction: number[]): Volume<Uint8Array> => ({
  data: Uint8Array.from({ length: 24 }, (_, n) => n),
  geometry: { shape: [2, 3, 4], spacingMm: [3, 2, 1.5], origin: [10, -20, 30], direction },
})

/** Every permutation turned by a small oblique rotation too. */
const tilt: Matrix3 = rotatedDirection(0.2, -0.15, 0.25)
const tilted = signedPermutations().map((direction) => {
  const columns = [0, 1, 2].map((c) => multiplyVector(tilt, [direction[c], direction[3 + c], direction[6 + c]]))
  return [0, 1, 2].flatMap((row) => columns.map((column) => column[row]))
})

const valueAt = (volume: Volume<Uint8Array>, [k, j, i]: readonly number[]) => {
  const [, height, width] = volume.geometry.shape
  return volume.data[(Math.round(k) * height + Math.round(j)) * width + Math.round(i)]
}

describe.each([
  ['axis-aligned', signedPermutations()],
  ['oblique', tilted],
])('toCanonical of %s volumes', (kind, directions) => {
  it.each(directions)('%d %d %d %d %d %d %d %d %d', (...direction) => {
    const source = volumeWith(direction)
    const { volume, transform } = toCanonical(source)

    // depth runs closest to z (superior), height to y (posterior), width to x (left), all forward
    const d = volume.geometry.direction
    const diagonal = [d[0], d[4], d[8]]
    diagonal.forEach((value) => (kind === 'oblique' ? expect(value).toBeGreaterThan(0.7) : expect(value).toBe(1)))

    // every voxel still lies where it was
    for (let k = 0; k < 2; k++)
      for (let j = 0; j < 3; j++)
        for (let i = 0; i < 4; i++) {
          const there = pointToVoxel(volume.geometry, voxelToPoint(source.geometry, [k, j, i]))
          expect(valueAt(volume, there)).toBe(valueAt(source, [k, j, i]))
          there.forEach((value) => expect(Math.abs(value - Math.round(value))).toBeLessThan(1e-9))
        }

    const back = fromCanonical(volume, transform)
    expect(back.data).toEqual(source.data)
    expect(back.geometry.shape).toEqual(source.geometry.shape)
    expect(back.geometry.spacingMm).toEqual(source.geometry.spacingMm)
    back.geometry.origin.forEach((value, n) => expect(value).toBeCloseTo(source.geometry.origin[n], 9))
    back.geometry.direction.forEach((value, n) => expect(value).toBeCloseTo(direction[n], 12))
  })
})

describe('toCanonical', () => {
  it('flips a row as a hand-computed example', () => {
    // RAS: i to the right, j to anterior; one slice of 2 x 2
    const geometry: Geometry = {
      shape: [1, 2, 2],
      spacingMm: [1, 1, 1],
      origin: [0, 0, 0],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    }
    const { volume } = toCanonical({ data: Uint8Array.of(1, 2, 3, 4), geometry })
    expect([...volume.data]).toEqual([4, 3, 2, 1])
    expect(volume.geometry.origin).toEqual([-1, -1, 0])
  })

  it('shares the data of a volume that is canonical already', () => {
    const source = volumeWith([1, 0, 0, 0, 1, 0, 0, 0, 1])
    expect(toCanonical(source).volume.data).toBe(source.data)
  })
})
