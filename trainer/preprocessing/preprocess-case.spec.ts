// A synthetic oblique, flipped CT goes through files, preprocessing, Zarr and back to its own grid.
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Geometry, Point } from '../../contract/geometry.ts'
import type { Plan } from '../../contract/plan.ts'
import { voxelToPoint } from '../imaging/geometry.ts'
import { multiplyVector } from '../imaging/matrix3.ts'
import { writeNifti } from '../imaging/nifti/write-nifti.ts'
import { createRandom } from '../imaging/random.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { rotatedDirection } from '../imaging/test-geometries.ts'
import { voxelCount, type Volume } from '../imaging/volume.ts'
import { preprocessCase } from './preprocess-case.ts'
import { preprocessImage } from './preprocess-image.ts'
import { openPreprocessed } from './preprocessed-store.ts'
import { hashCaseFiles } from '../imaging/hash-case-files.ts'
import { readLabels } from './read-labels.ts'
import { restoreChannel, restoreToOriginal } from './restore-to-original.ts'
import { datasetOf, gridOf, writeCase } from '../imaging/test-dataset.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'preprocess-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** k to the right, j to superior, i to anterior, then turned: permuted, flipped, left-handed, oblique. */
const flipped = [0, 0, -1, -1, 0, 0, 0, 1, 0]
const tilt = rotatedDirection(0.15, -0.1, 0.2)
const columns = [0, 1, 2].map((c) => multiplyVector(tilt, [flipped[c], flipped[3 + c], flipped[6 + c]]))
const oblique: Geometry = {
  shape: [48, 40, 56],
  spacingMm: [2, 3, 1.8],
  origin: [20, -30, 40],
  direction: [0, 1, 2].flatMap((row) => columns.map((column) => column[row])),
}
const centre = voxelToPoint(oblique, [23.5, 19.5, 27.5])

function volumeOf(geometry: Geometry, value: (fromCentre: Point) => number): Volume<Float32Array> {
  const [depth, height, width] = geometry.shape
  const data = new Float32Array(voxelCount(geometry.shape))
  for (let k = 0, at = 0; k < depth; k++)
    for (let j = 0; j < height; j++)
      for (let i = 0; i < width; i++) {
        const [x, y, z] = voxelToPoint(geometry, [k, j, i])
        data[at++] = value([x - centre[0], y - centre[1], z - centre[2]])
      }
  return { data, geometry }
}
const asUint8 = (volume: Volume): Volume<Uint8Array> => ({ ...volume, data: Uint8Array.from(volume.data) })

const inBall = ([x, y, z]: Point, [cx, cy, cz]: Point, radius: number) => Math.hypot(x - cx, y - cy, z - cz) < radius
const body = (point: Point) => (inBall(point, [0, 0, 0], 36) ? 40 : -1000)
// organs on one side only, so that any mix-up of axes shows
const organs = (point: Point) => (inBall(point, [12, 3, -8], 12) ? 10 : inBall(point, [-14, 10, 6], 10) ? 20 : 0)

const plan: Plan = {
  spacingMm: [2.5, 2.2, 2.2],
  patch: [16, 16, 16],
  channels: [4, 8],
  strides: [
    [1, 1, 1],
    [2, 2, 2],
  ],
  normalisations: [{ kind: 'ct', low: -200, high: 300, centre: 40, knee: 100 }],
  cropToBody: true,
  medianShape: [40, 40, 40],
  reasons: [],
}

const oneHot = (codes: Uint8Array, channels: number) => {
  const probabilities = new Float32Array(codes.length * channels)
  codes.forEach((code, at) => (probabilities[at * channels + code] = 1))
  return probabilities
}
const dice = (a: ArrayLike<number>, valueA: number, b: ArrayLike<number>, valueB: number) => {
  let both = 0
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    both += Number(a[i] === valueA && b[i] === valueB)
    sum += Number(a[i] === valueA) + Number(b[i] === valueB)
  }
  return (2 * both) / sum
}

describe('a label map', () => {
  it('comes back to its own oblique, flipped grid', async () => {
    const folder = join(root, 'map')
    await mkdir(folder)
    const image = volumeOf(oblique, body)
    const truth = asUint8(volumeOf(oblique, organs))
    const entry = await writeCase(folder, image, [{ path: 'labels/case.nii.gz', volume: truth }])
    const dataset = datasetOf([entry], ['10', '20'], folder)
    const stored = join(folder, 'cache', 'case.zarr')
    await preprocessCase(dataset, entry, plan, stored)
    const preprocessed = await openPreprocessed(stored)

    expect(preprocessed.codebook.toSorted()).toEqual([[], ['10'], ['20']])
    expect(preprocessed.geometry.spacingMm).toEqual(plan.spacingMm)
    expect(preprocessed.image).toHaveLength(voxelCount(preprocessed.shape))
    // the ball of 72 mm and a margin of 10 mm, not the whole box of 96 x 120 x 101 mm
    expect(voxelCount(preprocessed.crop.shape)).toBeLessThan(0.85 * voxelCount(oblique.shape))
    // 40 HU -> 0, air clipped to -200 HU -> asinh(-2.4) = -1.60944
    const [shapeK, shapeJ, shapeI] = preprocessed.shape
    expect(preprocessed.image[((shapeK >> 1) * shapeJ + (shapeJ >> 1)) * shapeI + (shapeI >> 1)]).toBeCloseTo(0, 5)
    expect(Math.min(...preprocessed.image)).toBeCloseTo(-1.60944, 4)

    const restored = restoreToOriginal(oneHot(preprocessed.labels, 3), preprocessed, plan)
    expect(restored.geometry.shape).toEqual(oblique.shape)
    for (const key of ['10', '20']) {
      const code = preprocessed.codebook.findIndex((keys) => keys[0] === key)
      expect(dice(restored.data, code, truth.data, Number(key))).toBeGreaterThan(0.95)
    }
  })

  it('may be stored in another axis order than its image', async () => {
    const folder = join(root, 'other-order')
    await mkdir(folder)
    const grid = gridOf([2, 3, 4], [3, 2, 1])
    // the same grid, i reversed
    const reversed: Geometry = { ...grid, origin: [3, 0, 0], direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] }
    const label = { data: Uint8Array.from({ length: 24 }, (_, n) => (n === 0 ? 5 : 0)), geometry: reversed }
    const image = { data: new Int16Array(24), geometry: grid }
    const entry = await writeCase(folder, image, [{ path: 'label.nii', volume: label }])
    const { codes } = await readLabels(datasetOf([entry], ['5'], folder), entry, grid)
    expect(codes.indexOf(1)).toBe(3)
  })
})

describe('probabilities', () => {
  // From 2.5 mm to 4 mm and to 2 mm: averaged on the way up they would favour other organs than the label map.
  it.each([{ thickAxis: undefined }, { thickAxis: 0 as const }])(
    'of single organs are those that the label map was chosen by, thick slices along $thickAxis',
    ({ thickAxis }) => {
      const geometry: Geometry = { ...gridOf([6, 7, 8], [2.5, 2.2, 2.2]), direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
      const originalGeometry = { ...gridOf([4, 9, 5], [4, 1.7, 3.5]), direction: geometry.direction }
      const random = createRandom(3, 'probabilities')
      const probabilities = Float32Array.from({ length: 3 * voxelCount(geometry.shape) }, () => random.next())
      const image = { geometry, originalGeometry }
      const { data } = restoreToOriginal(probabilities, image, { thickAxis })
      const maps = [0, 1, 2].map((channel) => restoreChannel(probabilities, channel, 3, image, { thickAxis }).data)
      const inside = [...data.keys()].filter((v) => maps.some((map) => map[v]! > 0))
      expect(inside.length).toBeGreaterThan(50)
      for (const v of inside) expect(maps[data[v]!]![v]).toBe(Math.max(...maps.map((map) => map[v]!)))
      expect(new Set(inside.map((v) => data[v]))).toEqual(new Set([0, 1, 2]))
    },
  )
})

describe('masks', () => {
  const grid = gridOf([1, 1, 6], [1, 1, 1])
  const mask = (...values: number[]): Volume => ({ data: Uint8Array.from(values), geometry: grid })

  it('that overlap keep every label of a voxel', async () => {
    const folder = join(root, 'masks')
    await mkdir(folder)
    const entry = await writeCase(folder, { data: new Int16Array(6), geometry: grid }, [
      { path: 'liver.nii', volume: mask(1, 1, 1, 1, 0, 0), labelKey: 'liver' },
      { path: 'tumour.nii', volume: mask(0, 0, 255, 0, 0, 0), labelKey: 'tumour' },
      { path: 'aorta.nii', volume: mask(0, 0, 0, 0, 1, 0), labelKey: 'aorta' },
    ])
    const { codes, codebook } = await readLabels(datasetOf([entry], [], folder), entry, grid)
    expect([...codes].map((code) => codebook[code].join('+'))).toEqual([
      'liver',
      'liver',
      'liver+tumour',
      'liver',
      'aorta',
      '',
    ])
  })

  it('that make more than 255 combinations are refused', async () => {
    const folder = join(root, 'many')
    await mkdir(folder)
    const line = gridOf([1, 1, 600], [1, 1, 1])
    const volume = { data: Int16Array.from({ length: 600 }, (_, n) => n), geometry: line }
    const entry = await writeCase(folder, volume, [{ path: 'labels.nii', volume }])
    const keys = Array.from({ length: 599 }, (_, n) => String(n + 1))
    await expect(readLabels(datasetOf([entry], keys, folder), entry, line)).rejects.toThrow(/more than 255 different/)
  })
})

describe('what does not fit', () => {
  const grid = gridOf([4, 4, 4], [1, 1, 1])
  const image = { data: new Int16Array(64), geometry: grid }
  const prepare = async (name: string, label: Volume) => {
    const folder = join(root, name)
    await mkdir(folder)
    const entry = await writeCase(folder, image, [{ path: 'label.nii', volume: label }])
    return { entry, dataset: datasetOf([entry], ['1'], folder), stored: join(folder, 'case.zarr') }
  }
  it.each([
    ['an unknown value', { data: new Uint8Array(64).fill(9), geometry: grid }, /holds the value 9, which is no label/],
    [
      'a value between two labels',
      { data: new Float32Array(64).fill(0.5), geometry: grid },
      /holds the value 0.5, which is no label/,
    ],
    [
      'a label on another grid',
      { data: new Uint8Array(48), geometry: gridOf([3, 4, 4], [1, 1, 1]) },
      /does not lie on its image: the grid 4 x 4 x 4 differs from 3 x 4 x 4/,
    ],
    [
      'a label elsewhere',
      { data: new Uint8Array(64), geometry: { ...grid, origin: [0, 0, 7] as Point } },
      /up to 7.00 mm apart: origin/,
    ],
  ])('%s is refused and leaves nothing behind', async (name, label, message) => {
    const { entry, dataset, stored } = await prepare(name.replaceAll(' ', '-'), label)
    await expect(preprocessCase(dataset, entry, plan, stored)).rejects.toThrow(message)
    expect((await readdir(dataset.root)).filter((file) => file.includes('zarr'))).toEqual([])
  })

  it('an image that changed since it was registered', async () => {
    const { entry: found, dataset, stored } = await prepare('changed', { data: new Uint8Array(64), geometry: grid })
    const entry = { ...found, fileHash: await hashCaseFiles(dataset.root, found) }
    await writeNifti(join(dataset.root, entry.images[0]!), { data: new Int16Array(64).fill(3), geometry: grid })
    await expect(preprocessCase(dataset, entry, plan, stored)).rejects.toThrow(
      /changed since dataset site was registered/,
    )
  })
})

describe('the store', () => {
  it('is written once, and a damaged folder is named', async () => {
    const folder = join(root, 'once')
    await mkdir(folder)
    const grid = gridOf([4, 4, 4], [2, 2, 2])
    const image = { data: new Int16Array(64).fill(50), geometry: grid }
    const entry = await writeCase(folder, image, [
      { path: 'l.nii', volume: { data: new Uint8Array(64), geometry: grid } },
    ])
    const stored = join(folder, 'case.zarr')
    const dataset = datasetOf([entry], ['1'], folder)
    await preprocessCase(dataset, entry, plan, stored)
    // what zarr-python insists on
    expect(JSON.parse(await readFile(join(stored, 'image', 'zarr.json'), 'utf8'))).toMatchObject({
      zarr_format: 3,
      data_type: 'float32',
      fill_value: 0,
    })
    const written = (await stat(join(stored, 'zarr.json'))).mtimeMs
    // without its files it can only be skipped
    await rm(join(folder, entry.images[0]!))
    await preprocessCase(dataset, entry, plan, stored)
    expect((await stat(join(stored, 'zarr.json'))).mtimeMs).toBe(written)
    await writeFile(join(stored, 'image', 'zarr.json'), '{')
    await expect(openPreprocessed(stored)).rejects.toMatchObject({ code: 'invalid-file' })
    await expect(openPreprocessed(join(folder, 'nowhere'))).rejects.toThrow(/is not a complete preprocessed case/)
  })
})

describe('preprocessImage', () => {
  it('gives prediction the same voxels as training where labels do not widen the crop', async () => {
    const folder = join(root, 'same-path')
    await mkdir(folder)
    const image = volumeOf(oblique, body)
    const label = asUint8(volumeOf(oblique, organs))
    const entry = await writeCase(folder, image, [{ path: 'label.nii', volume: label }])
    const stored = join(folder, 'case.zarr')
    await preprocessCase(datasetOf([entry], ['10', '20'], folder), entry, plan, stored)
    const trained = await openPreprocessed(stored)
    const predicted = preprocessImage(await readChannels([join(folder, entry.images[0]!)]), plan)
    expect(predicted.image).toEqual(trained.image)
    expect(predicted.geometry).toEqual(trained.geometry)
  })

  it('widens the crop to labelled voxels outside the body', () => {
    const image = volumeOf(oblique, body)
    const corner = { start: [0, 0, 0], shape: [1, 1, 1] } as const
    const { crop } = preprocessImage([image], plan, { start: corner.start, shape: [1, 1, 1] })
    expect(crop.start).toEqual([0, 0, 0])
  })

  it.each([
    ['CT', plan],
    ['MR', { ...plan, normalisations: [{ kind: 'per-volume' as const }] }],
  ])('of %s leaves the input alone and survives NaN, constants and all-zero images', (_, each) => {
    const grid = gridOf([6, 6, 6], [2, 2, 2])
    for (const fill of [0, 5, NaN]) {
      const data = new Float32Array(216).fill(fill)
      const { image } = preprocessImage([{ data, geometry: grid }], each)
      expect(image.every(Number.isFinite)).toBe(true)
      expect(data[0]).toBe(fill)
    }
    const data = Float32Array.from({ length: 216 }, (_value, n) => (n === 100 ? NaN : n))
    const { image } = preprocessImage([{ data, geometry: grid }], { ...each, spacingMm: [2, 2, 2] })
    expect(image.every(Number.isFinite)).toBe(true)
    expect(data[100]).toBeNaN()
  })
})
