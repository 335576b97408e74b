// What is read is what was written, by us and by nibabel, in every type, byte order and orientation.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Geometry } from '../../../contract/geometry.ts'
import { voxelToPoint } from '../geometry.ts'
import { rotatedDirection, signedPermutations } from '../test-geometries.ts'
import type { Volume, VoxelArray } from '../volume.ts'
import { craftNifti } from './craft-nifti.ts'
import { readNifti, readNiftiHeader } from './read-nifti.ts'
import { writeNifti } from './write-nifti.ts'

const root = join(import.meta.dirname, '../../..')
const fixtures = join(root, 'tests/fixtures/nifti')
const real = join(root, '../shared/data/import/nifti_nibabel/tests/data')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-nifti-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** LPS geometry -> rows of the RAS affine that takes (i, j, k) */
function rasAffine(geometry: Geometry): number[][] {
  const at = (k: number, j: number, i: number) => voxelToPoint(geometry, [k, j, i])
  const origin = at(0, 0, 0)
  return [-1, -1, 1].map((sign, row) => [
    ...[at(0, 0, 1), at(0, 1, 0), at(1, 0, 0)].map((point) => sign * (point[row] - origin[row])),
    sign * origin[row],
  ])
}

const Expected = z.record(
  z.string(),
  z.object({ shape: z.array(z.number()), affine: z.array(z.array(z.number())), values: z.array(z.number()) }),
)
const expected = Expected.parse(JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')))

describe('files written by nibabel', () => {
  it.each(Object.entries(expected))('%s', async (name, { shape, affine, values }) => {
    const { volume } = await readNifti(join(fixtures, name))
    expect(volume.geometry.shape).toEqual(shape.toReversed())
    expect(volume.data).toHaveLength(values.length)
    volume.data.forEach((value, at) => expect(value).toBeCloseTo(values[at], 5))
    rasAffine(volume.geometry)
      .flat()
      .forEach((value, at) => expect(value).toBeCloseTo(affine[Math.floor(at / 4)][at % 4], 4))
  })
})

const geometry: Geometry = {
  shape: [2, 3, 4],
  spacingMm: [3, 2, 1.5],
  origin: [10, -20, 30.5],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}
const numbers = Array.from({ length: 24 }, (_, n) => n * 5)
const ARRAYS: VoxelArray[] = [
  Int8Array.from(numbers, (n) => n - 60),
  Uint8Array.from(numbers),
  Int16Array.from(numbers, (n) => 300 * n - 16000),
  Uint16Array.from(numbers, (n) => 500 * n),
  Int32Array.from(numbers, (n) => 1e6 * (n - 60)),
  Uint32Array.from(numbers, (n) => 3e7 * n),
  Float32Array.from(numbers, (n) => n / 7),
  Float64Array.from(numbers, (n) => n / 7),
]

describe('write, then read', () => {
  it.each(ARRAYS.flatMap((data) => ['nii', 'nii.gz'].map((ending) => [data.constructor.name, ending, data] as const)))(
    '%s as .%s keeps type and values',
    async (type, ending, data) => {
      const path = join(folder, `${type}.${ending}`)
      await writeNifti(path, { data, geometry }, { description: 'round trip' })
      const { volume, oddities } = await readNifti(path)
      expect(volume.data).toEqual(data)
      expect(volume.geometry).toEqual(geometry)
      expect(oddities).toEqual([])
      expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    },
  )

  it.each([...signedPermutations(), rotatedDirection(0.3, -0.2, 0.5), rotatedDirection(3, 0.1, -2.5)])(
    'direction %d %d %d %d %d %d %d %d %d, by sform and by qform alone',
    async (...direction) => {
      const path = join(folder, 'orientation.nii')
      await writeNifti(path, { data: Uint8Array.from(numbers), geometry: { ...geometry, direction } })
      const bytes = await readFile(path)
      for (const sformCode of [1, 0]) {
        bytes.writeInt16LE(sformCode, 254)
        await writeFile(path, bytes)
        const { volume, oddities } = await readNifti(path)
        expect(oddities).toEqual([])
        volume.geometry.direction.forEach((value, at) => expect(value).toBeCloseTo(direction[at], 5))
        volume.geometry.origin.forEach((value, at) => expect(value).toBeCloseTo(geometry.origin[at], 5))
      }
    },
  )

  it('refuses other names and too many voxels along an axis', async () => {
    const volume: Volume = { data: Uint8Array.from(numbers), geometry }
    await expect(writeNifti(join(folder, 'x.mha'), volume)).rejects.toThrow(/ends in .nii or .nii.gz/)
    const long: Volume = { data: new Uint8Array(40000), geometry: { ...geometry, shape: [40000, 1, 1] } }
    await expect(writeNifti(join(folder, 'x.nii'), long)).rejects.toThrow(/32767/)
  })
})

describe('values', () => {
  const int16 = (...values: number[]) => new Uint8Array(Int16Array.from(values).buffer)
  const read = async (bytes: Uint8Array) => {
    const path = join(folder, 'values.nii')
    await writeFile(path, bytes)
    return (await readNifti(path)).volume.data
  }

  it.each([
    [{ slope: 2, intercept: -1 }, [-1, 1, 3, 5, 7, 9, 11, 13], Float32Array],
    [{ slope: 0, intercept: 5 }, [0, 1, 2, 3, 4, 5, 6, 7], Int16Array],
    [{ slope: NaN, intercept: NaN }, [0, 1, 2, 3, 4, 5, 6, 7], Int16Array],
    [{ slope: 1, intercept: 0 }, [0, 1, 2, 3, 4, 5, 6, 7], Int16Array],
    [{ slope: 1, intercept: 3 }, [3, 4, 5, 6, 7, 8, 9, 10], Float32Array],
  ])('%o', async (scaling, values, type) => {
    const data = await read(craftNifti(scaling, int16(0, 1, 2, 3, 4, 5, 6, 7)))
    expect(data).toBeInstanceOf(type)
    expect([...data]).toEqual(values)
  })

  it('int64 becomes int32 where it fits, else float64', async () => {
    const int64 = (last: bigint) => new Uint8Array(BigInt64Array.from([-5n, 0n, 1n, 2n, 3n, 4n, 5n, last]).buffer)
    const header = { datatype: 1024, bitpix: 64 }
    expect(await read(craftNifti(header, int64(6n)))).toEqual(Int32Array.of(-5, 0, 1, 2, 3, 4, 5, 6))
    expect(await read(craftNifti(header, int64(2n ** 40n)))).toEqual(Float64Array.of(-5, 0, 1, 2, 3, 4, 5, 2 ** 40))
  })

  it('metres become millimetres, position and size', async () => {
    const path = join(folder, 'metres.nii')
    await writeFile(path, craftNifti({ units: 1, sform: [-0.002, 0, 0, 0.5, 0, -0.001, 0, 0, 0, 0, 0.003, 0] }))
    const { geometry: found } = await readNiftiHeader(path)
    found.spacingMm.forEach((mm, axis) => expect(mm).toBeCloseTo([3, 1, 2][axis], 5))
    expect(found.origin[0]).toBeCloseTo(-500, 3)
  })

  it('a sheared sform gives way to an orthonormal qform, and a small shear is straightened', async () => {
    const path = join(folder, 'sheared.nii')
    await writeFile(path, craftNifti({ qformCode: 1, sform: [-1, 0.3, 0, 7, 0, -1, 0, 0, 0, 0, 1, 0] }))
    expect((await readNiftiHeader(path)).geometry.origin).toEqual([0, 0, 0])
    await writeFile(path, craftNifti({ sform: [-1, 3e-4, 0, 7, 0, -1, 0, 0, 0, 0, 1, 0] }))
    const { direction } = (await readNiftiHeader(path)).geometry
    const columns = [0, 1, 2].map((col) => [direction[col], direction[3 + col], direction[6 + col]])
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      expect(columns[a].reduce((dot, value, n) => dot + value * columns[b][n], 0)).toBeCloseTo(0, 12)
    }
  })
})

describe.skipIf(!existsSync(real))('real odd headers (skipped without ../shared/data)', () => {
  it.each([
    ['anatomical.nii', [25, 41, 33], [2, 2, 2], [-32, 40, -16]],
    ['resampled_anat_moved.nii', [3, 21, 17], [8, 4, 4], [-32, 40, 0]],
    ['reoriented_anat_moved.nii', [22, 26, 21], [4, 4, 4], [35.29789733886719, 47.97758483886719, -27.599409103393555]],
    ['standard.nii.gz', [7, 5, 4], [2, 3, 1], [0, 0, 0]],
  ])('%s', async (name, shape, spacingMm, origin) => {
    const { volume } = await readNifti(join(real, name))
    expect(volume.geometry).toMatchObject({ shape, spacingMm, origin })
  })

  it.each([
    ['functional.nii', /17 x 21 x 3 x 20/],
    ['example4d.nii.gz', /128 x 96 x 24 x 2/],
    ['example_nifti2.nii.gz', /32 x 20 x 12 x 2/],
    ['nifti1.hdr', /expected nifti1.img beside it/],
    ['nifti2.hdr', /expected nifti2.img beside it/],
    ['analyze.hdr', /expected analyze.img beside it/],
    ['row_major.dconn.nii', /several volumes/],
    ['test.mgz', /is not a NIfTI file/],
  ])('%s is refused', async (name, message) => {
    await expect(readNifti(join(real, name))).rejects.toThrow(message)
  })
})
