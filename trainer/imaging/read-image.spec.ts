// Every format gives the voxels and the place that SimpleITK or nibabel read from the same file (tests/fixtures/formats).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Geometry } from '../../contract/geometry.ts'
import { voxelToPoint } from './geometry.ts'
import { volumeAddress } from './image-source.ts'
import { filesOfImage, readImage, readImageGeometry } from './read-image.ts'

const fixtures = join(import.meta.dirname, '../../tests/fixtures/formats')
const Expected = z.record(
  z.string(),
  z.object({
    volume: z.number().optional(),
    shape: z.array(z.number()),
    affine: z.array(z.array(z.number())),
    values: z.array(z.number()),
  }),
)
const expected = Expected.parse(JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')))

/** Rows of the affine that takes (i, j, k) to LPS millimetres. */
function affineOf(geometry: Geometry): number[][] {
  const at = (k: number, j: number, i: number) => voxelToPoint(geometry, [k, j, i])
  const origin = at(0, 0, 0)
  return [0, 1, 2].map((row) => [
    ...[at(0, 0, 1), at(0, 1, 0), at(1, 0, 0)].map((point) => point[row] - origin[row]),
    origin[row],
  ])
}

describe('files as other programs read them', () => {
  it.each(Object.entries(expected))('%s', async (name, { volume: number, shape, affine, values }) => {
    const path = join(fixtures, name)
    const address = number === undefined ? path : volumeAddress(path, number)
    const { volume } = await readImage(address)
    expect(volume.geometry.shape).toEqual(shape.toReversed())
    expect([...volume.data]).toEqual(values)
    affineOf(volume.geometry)
      .flat()
      .forEach((value, at) => expect(value).toBeCloseTo(affine.flat()[at], 4))
    expect(await readImageGeometry(address)).toEqual(volume.geometry)
  })
})

describe('files with several volumes', () => {
  it.each(['list-last.nrrd', 'vector-first.nrrd', 'four.mha'])('%s asks for a choice', async (name) => {
    const path = join(fixtures, name)
    await expect(readImage(path)).rejects.toMatchObject({
      code: 'invalid-data',
      details: { finding: 'not-three-dimensional', volumes: 2 },
    })
    await expect(readImage(volumeAddress(path, 3))).rejects.toThrow('volume 3 was chosen; choose one from 1 to 2')
  })
})

describe('the files of an image', () => {
  it.each([
    ['uint8.nrrd', ['uint8.nrrd']],
    ['pattern.nhdr', ['pattern.nhdr', 'slice01.raw', 'slice02.raw', 'slice03.raw']],
    ['list.mhd', ['list.mhd', 'slice01.raw', 'slice02.raw', 'slice03.raw']],
    ['analyze.img', ['analyze.hdr', 'analyze.img']],
  ])('%s', async (name, files) => {
    expect(await filesOfImage(join(fixtures, name))).toEqual(files.map((file) => join(fixtures, file)))
  })
})
