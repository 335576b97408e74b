// Surfaces: closed, of the right volume, outwards, smooth where the organ is, and the same after STL and OBJ.
import { expect, test } from 'vitest'
import type { Geometry } from '../../../../contract/geometry.ts'
import { extentsOf } from '../extents.ts'
import { paintHardShapes, paintNoise, testSegmentation } from '../test-segmentation.ts'
import { CELL_LOOPS, LOOP_OF_EDGE } from './cell-loops.ts'
import { meshOrgan } from './mesh-organ.ts'
import { isClosed, meshVolume, type Mesh } from './mesh.ts'
import { decodeObj, encodeObj } from './obj.ts'
import { decodeStl, encodeStl } from './stl.ts'

const GRID: Geometry = {
  shape: [20, 24, 28],
  spacingMm: [3, 1, 0.8],
  origin: [5, -7, 11],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

function meshOf(data: Uint8Array, geometry: Geometry, value = 1): Mesh {
  const extent = extentsOf({ data, geometry }).get(value)
  if (!extent) throw new Error(`no voxel of ${value}`)
  return meshOrgan({ data, geometry }, value, extent)
}

/** An ellipsoid in the middle of the grid, radii in voxels. */
function ellipsoid(radii: readonly [number, number, number]): Uint8Array {
  const [depth, height, width] = GRID.shape
  const data = new Uint8Array(depth * height * width)
  for (let v = 0; v < data.length; v++) {
    const at = [Math.floor(v / (height * width)), Math.floor(v / width) % height, v % width]
    const away = at.reduce((sum, x, axis) => sum + ((x - (GRID.shape[axis] - 1) / 2) / radii[axis]) ** 2, 0)
    if (away <= 1) data[v] = 1
  }
  return data
}

const voxelsOf = (data: Uint8Array, value = 1): number => data.reduce((sum, each) => sum + (each === value ? 1 : 0), 0)

test('in every cell the loops use each crossed edge once', () => {
  for (const [corners, loops] of CELL_LOOPS.entries()) {
    const edges = loops.flat()
    expect(new Set(edges).size).toBe(edges.length)
    expect(LOOP_OF_EDGE[corners].filter((loop) => loop >= 0)).toHaveLength(edges.length)
    for (const loop of loops) expect(loop.length).toBeGreaterThanOrEqual(3)
  }
})

test('an ellipsoid is closed, looks outwards and holds its volume', () => {
  const data = ellipsoid([7, 9, 10])
  const mesh = meshOf(data, GRID)
  expect(isClosed(mesh)).toBe(true)
  expect(meshVolume(mesh) / (voxelsOf(data) * 2.4)).toBeCloseTo(1, 2)
  // Its vertices lie on the ellipsoid, closer than the steps of the voxels.
  const away = Array.from({ length: mesh.points.length / 3 }, (_, n) => {
    const [x, y, z] = mesh.points.subarray(3 * n, 3 * n + 3)
    return Math.hypot((x - 5 - 13.5 * 0.8) / 8, (y + 7 - 11.5) / 9, (z - 11 - 9.5 * 3) / 21)
  })
  expect(Math.min(...away)).toBeGreaterThan(0.94)
  expect(Math.max(...away)).toBeLessThan(1.06)
})

test('on a mirrored grid it looks outwards, too', () => {
  const mirrored = { ...GRID, direction: [1, 0, 0, 0, -1, 0, 0, 0, 1] }
  const mesh = meshOf(ellipsoid([5, 6, 7]), mirrored)
  expect(isClosed(mesh)).toBe(true)
  expect(meshVolume(mesh)).toBeGreaterThan(0)
})

test.each([1, 2, 3])('organ %i of hard shapes is closed and holds its volume', async (value) => {
  const { labelMap } = await testSegmentation(paintHardShapes)
  const mesh = meshOf(labelMap.data, labelMap.geometry, value)
  expect(isClosed(mesh)).toBe(true)
  const voxelMm3 = 2.5 * 1.5 * 1.25
  expect(meshVolume(mesh) / (voxelsOf(labelMap.data, value) * voxelMm3)).toBeCloseTo(1, 1)
})

test.each([1, 2, 3, 4])('voxels at random are closed (%i)', async (seed) => {
  const { labelMap } = await testSegmentation(paintNoise(seed))
  expect(isClosed(meshOf(labelMap.data, labelMap.geometry, 2))).toBe(true)
})

test('one voxel has a surface of its volume', () => {
  const data = new Uint8Array(20 * 24 * 28)
  data[0] = 1
  const mesh = meshOf(data, GRID)
  expect(isClosed(mesh)).toBe(true)
  expect(meshVolume(mesh)).toBeCloseTo(2.4, 1)
})

test('a surface with a hole is not closed', () => {
  const { points, triangles } = meshOf(ellipsoid([4, 4, 4]), GRID)
  expect(isClosed({ points, triangles: triangles.slice(3) })).toBe(false)
})

test('STL and OBJ give the same surface back', () => {
  const mesh = meshOf(ellipsoid([5, 6, 7]), GRID)
  const stl = encodeStl(mesh, 'Größe, run first')
  expect(Buffer.from(stl.subarray(0, 40)).toString('latin1')).toBe('SPACE=LPS; Gr??e, run first'.padEnd(40, '\0'))
  for (const read of [decodeStl(stl, 'a.stl'), decodeObj(encodeObj(mesh, 'liver', 'liver.mtl', 'first'), 'a.obj')]) {
    expect(isClosed(read)).toBe(true)
    expect(read.points).toHaveLength(mesh.points.length)
    expect(meshVolume(read)).toBeCloseTo(meshVolume(mesh), 1)
  }
  expect(() => decodeStl(stl.subarray(0, 500), 'a.stl')).toThrow('expected a binary STL')
  expect(() => decodeObj('v 1 2\nf 1 2 7', 'a.obj')).toThrow('vertices that are not there')
})
