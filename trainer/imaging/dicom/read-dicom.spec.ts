// DICOM as pydicom and highdicom read it (tests/fixtures/dicom): transfer syntaxes, series, SEG; RTSTRUCT by hand.
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { toCanonical } from '../canonical.ts'
import { voxelToPoint } from '../geometry.ts'
import { segmentAddress, seriesAddress } from '../image-source.ts'
import { filesOfImage, readImage, readImageGeometry } from '../read-image.ts'
import { openSegmentation, readLabel } from '../read-label.ts'

const root = join(import.meta.dirname, '../../..')
const fixtures = join(root, 'tests/fixtures/dicom')
const expected = z
  .object({
    syntaxes: z.array(z.string()),
    slice: z.array(z.number()),
    volume: z.object({ shape: z.array(z.number()), affine: z.array(z.array(z.number())), values: z.array(z.number()) }),
    segmentations: z.record(z.string(), z.record(z.string(), z.array(z.number()))),
  })
  .parse(JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')))
const series = seriesAddress(join(fixtures, 'mixed'), '1.2.826.0.1.3680043.10.99999.2')

const marked = (data: ArrayLike<number>): number[] => Array.from(data).flatMap((value, at) => (value === 0 ? [] : [at]))

describe('transfer syntaxes', () => {
  it.each(expected.syntaxes)('%s', async (name) => {
    const { volume, oddities } = await readImage(join(fixtures, 'syntaxes', name))
    expect([...volume.data]).toEqual(expected.slice)
    expect(volume.geometry.shape).toEqual([1, 32, 40])
    expect(oddities).toEqual([expect.stringContaining('holds one slice; its depth is that of the header')])
  })

  it('a damaged stream, a cut file and an unknown syntax say so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dicom-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'x.dcm')
    for (const name of ['jpeg-2000.dcm', 'jpeg-ls.dcm', 'jpeg-lossless.dcm', 'run-length.dcm', 'explicit.dcm']) {
      const bytes = await readFile(join(fixtures, 'syntaxes', name))
      await writeFile(path, bytes.subarray(0, bytes.length - 500))
      await expect(readImage(path)).rejects.toThrow(/damaged|truncated/)
    }
    const lossless = await readFile(join(fixtures, 'syntaxes/jpeg-lossless.dcm'))
    const text = lossless.toString('latin1').replace('1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.99')
    await writeFile(path, Buffer.from(text, 'latin1'))
    await expect(readImage(path)).rejects.toThrow('not read (transfer syntax 1.2.840.10008.1.2.4.99)')
  })
})

describe('series', () => {
  it.each([
    ['scattered over folders, with a copy and another series', series],
    ['as the frames of one enhanced file', join(fixtures, 'enhanced.dcm')],
  ])('%s', async (_, address) => {
    const { volume } = await readImage(address)
    const { shape, affine, values } = expected.volume
    expect(volume.geometry.shape).toEqual(shape.toReversed())
    expect([...volume.data]).toEqual(values)
    const origin = voxelToPoint(volume.geometry, [0, 0, 0])
    const far = voxelToPoint(volume.geometry, [1, 1, 1])
    for (const row of [0, 1, 2]) {
      expect(origin[row]).toBeCloseTo(affine[row][3], 5)
      expect(far[row]).toBeCloseTo(affine[row][0] + affine[row][1] + affine[row][2] + affine[row][3], 5)
    }
    expect(await readImageGeometry(address)).toEqual(volume.geometry)
  })

  it('says what was odd, and knows its files', async () => {
    expect((await readImage(series)).oddities).toEqual([expect.stringContaining('1 files are copies of others')])
    expect((await readImage(join(fixtures, 'enhanced.dcm'))).oddities).toEqual([
      expect.stringContaining('slice thickness of 4 mm, and slices lie 2.5 mm apart'),
    ])
    expect(await filesOfImage(series)).toHaveLength(5)
    await expect(readImage(join(fixtures, 'mixed'))).rejects.toThrow(
      '2 DICOM image series (CT of 5 files; CT of 1 files)',
    )
    await expect(readImage(seriesAddress(fixtures, '1.2.3'))).rejects.toThrow('no file of the DICOM series 1.2.3')
  })

  it('a slice that is missing is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dicom-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await cp(join(fixtures, 'mixed'), folder, { recursive: true })
    await rm(join(folder, 'deep/b.dcm'))
    await rm(join(folder, 'deep/other.dcm'))
    await expect(readImage(folder)).rejects.toThrow(
      '1 slice is missing (4 there, 2.5 mm apart, with gaps of up to 5 mm)',
    )
  })
})

describe('DICOM SEG', () => {
  it.each(Object.entries(expected.segmentations))('%s', async (name, segments) => {
    const grid = await readImageGeometry(series)
    const path = join(fixtures, 'segmentations', name)
    const opened = await openSegmentation(path)
    expect(opened?.segments.map(({ id, name: label }) => [id, label])).toEqual([
      ['1', 'liver'],
      ['2', 'Left kidney'],
    ])
    expect(opened?.references).toEqual(['1.2.826.0.1.3680043.10.99999.2'])
    for (const [id, voxels] of Object.entries(segments)) {
      const { volume, oddities } = await readLabel(segmentAddress(path, id), grid)
      expect(marked(volume.data)).toEqual(voxels)
      expect(oddities).toEqual([])
      // the same on the image in another axis order
      const turned = toCanonical({ data: volume.data, geometry: grid }).volume
      expect((await readLabel(segmentAddress(path, id), turned.geometry)).volume.data).toEqual(turned.data)
    }
  })

  it('overlapping segments are no label map, others are', async () => {
    await expect(readImage(join(fixtures, 'segmentations/binary.dcm'))).rejects.toThrow('segments 1 and 2 overlap')
    const { volume } = await readImage(join(fixtures, 'segmentations/label-map.dcm'))
    expect([...new Set(volume.data)].sort()).toEqual([0, 1, 2])
  })

  it('one that lies on other voxels than the image is refused', async () => {
    const grid = await readImageGeometry(series)
    const path = segmentAddress(join(fixtures, 'segmentations/binary.dcm'), '1')
    const [x, y, z] = grid.origin
    const moved = readLabel(path, { ...grid, origin: [x + 0.4, y, z] })
    await expect(moved).rejects.toThrow(/does not lie on the voxels of its image: .* up to 0\.3\d voxels beside/)
    const other = readLabel(path, { ...grid, spacingMm: [2.5, 1.5, 1.5] })
    await expect(other).rejects.toMatchObject({ details: { finding: 'geometry-mismatch' } })
    await expect(readLabel(segmentAddress(join(fixtures, 'segmentations/binary.dcm'), '7'), grid)).rejects.toThrow(
      'has no segment 7; it has 1 (liver), 2 (Left kidney)',
    )
  })
})

describe('RTSTRUCT', () => {
  const path = join(fixtures, 'structures.dcm')
  const voxels = async (id: string) => {
    const { volume, oddities } = await readLabel(segmentAddress(path, id), await readImageGeometry(series))
    const [, height, width] = volume.geometry.shape
    const places = marked(volume.data).map((at) => [
      Math.floor(at / height / width),
      Math.floor(at / width) % height,
      at % width,
    ])
    return { places, oddities }
  }
  const box = (k: number, [i0, j0, i1, j1]: number[]) =>
    Array.from({ length: j1 - j0 + 1 }, (_, j) =>
      Array.from({ length: i1 - i0 + 1 }, (_, i) => [k, j0 + j, i0 + i]),
    ).flat()

  it('lists what was drawn, with its colour', async () => {
    const opened = await openSegmentation(path)
    expect(opened?.segments.map(({ name, color }) => [name, color])).toEqual([
      ['liver', '#ff8000'],
      ['Left kidney', '#ff8000'],
      ['spinal cord', '#ff8000'],
    ])
    expect(opened?.references).toEqual(['1.2.826.0.1.3680043.10.99999.2'])
  })

  it('a contour inside another is a hole', async () => {
    const hole = box(2, [3, 3, 5, 4]).map(String)
    const wanted = [...box(1, [1, 1, 8, 6]), ...box(2, [1, 1, 8, 6]).filter((place) => !hole.includes(String(place)))]
    expect(await voxels('1')).toEqual({ places: wanted, oddities: [] })
  })

  it('several contours a slice, and one between slices', async () => {
    const { places, oddities } = await voxels('2')
    expect(places).toEqual([...box(1, [0, 0, 1, 1]), ...box(1, [7, 5, 8, 6]), ...box(2, [2, 2, 4, 4])])
    expect(oddities).toEqual([expect.stringContaining('1 of 2 contour planes between slices')])
  })

  it('slices between contours that were drawn on every second one', async () => {
    const { places, oddities } = await voxels('3')
    expect(places).toEqual([0, 1, 2, 3, 4].flatMap((k) => box(k, [4, 4, 5, 5])))
    expect(oddities).toEqual([expect.stringContaining('drawn on every 2.0 slices; 2 slices between')])
  })

  it('needs an image', async () => {
    await expect(readLabel(segmentAddress(path, '1'), null)).rejects.toThrow('need the image that they were drawn on')
    await expect(readImage(path)).rejects.toThrow('holds contours and no image')
  })
})

const real = join(root, '../shared/data/import/derived_rtstruct')
describe.skipIf(!existsSync(real))('a real CT with 28 structures (skipped without ../shared/data)', () => {
  it('every structure is that of the NIfTI label map', async () => {
    const ct = await readImage(join(real, 'ct'))
    const truth = toCanonical((await readImage(join(real, 'example_seg_dicom.nii.gz'))).volume).volume
    const totals = new Map<number, number>()
    for (const value of truth.data) totals.set(value, (totals.get(value) ?? 0) + 1)
    const path = join(real, 'RTSTRUCT_totalseg_example_ct_dicom.dcm')
    const opened = await openSegmentation(path)
    expect(opened?.segments).toHaveLength(28)
    for (const { id, name } of opened?.segments ?? []) {
      const { data } = toCanonical((await readLabel(segmentAddress(path, id), ct.volume.geometry)).volume).volume
      const [first, last] = [data.indexOf(1), data.lastIndexOf(1)]
      const value = truth.data[first]
      let [both, drawn] = [0, 0]
      for (let voxel = first; voxel <= last; voxel++) {
        if (data[voxel] === 0) continue
        drawn++
        if (truth.data[voxel] === value) both++
      }
      expect([name, (2 * both) / (drawn + (totals.get(value) ?? 0))]).toEqual([name, 1])
    }
  }, 120_000)
})
