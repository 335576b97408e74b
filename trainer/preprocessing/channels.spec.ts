// Several channels through preprocessing: values against a computation of their own, on disk, and grids that differ.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../contract/plan.ts'
import { hashChannels } from '../imaging/hash.ts'
import { writeNifti } from '../imaging/nifti/write-nifti.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { datasetOf, gridOf, writeCase } from '../imaging/test-dataset.ts'
import type { Volume } from '../imaging/volume.ts'
import { preprocessCase } from './preprocess-case.ts'
import { preprocessImage } from './preprocess-image.ts'
import { openPreprocessed } from './preprocessed-store.ts'

const GRID = gridOf([10, 12, 14], [3, 2, 2])
const numbered = (step: number): Volume<Float32Array> => ({
  data: Float32Array.from({ length: 10 * 12 * 14 }, (_, v) => ((v * step) % 83) - 20),
  geometry: GRID,
})
const plan: Plan = {
  spacingMm: [2.5, 2.2, 2.2],
  patch: [16, 16, 16],
  channels: [4, 8],
  strides: [[1, 1, 1], [2, 2, 2]], // prettier-ignore
  normalisations: [{ kind: 'ct', low: -200, high: 300, centre: 40, knee: 100 }],
  cropToBody: true,
  medianShape: [40, 40, 40],
  reasons: [],
}

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'channels-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('several channels', () => {
  it('takes each channel by its own normalisation, cropped to what any of them shows', () => {
    // A CT that shows a body on the left half of the width, an MR with signal in the whole of it: 16 x 16 x 16 voxels.
    const grid = gridOf([16, 16, 16], [4, 4, 4])
    const ct = Float32Array.from({ length: 4096 }, (_, v) => (v % 16 < 8 ? (v % 5) * 100 - 150 : -1000))
    const mr = Float32Array.from({ length: 4096 }, (_, v) => 100 + (v % 7))
    const both: Plan = {
      ...plan,
      spacingMm: [4, 4, 4],
      normalisations: [...plan.normalisations, { kind: 'per-volume' }],
    }
    const { image, channels, crop, shape } = preprocessImage(
      [ct, mr].map((data) => ({ data, geometry: grid })),
      both,
    )
    expect([channels, image.length, crop.shape, shape]).toEqual([2, 8192, [16, 16, 16], [16, 16, 16]])
    // By hand: clip and asinh of the CT; the MR lies within its percentiles, so mean and sd of all its values.
    const mean = mr.reduce((sum, value) => sum + value, 0) / 4096
    const sd = Math.sqrt(mr.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4096)
    for (let v = 0; v < 4096; v++) {
      expect(image[v]).toBeCloseTo(Math.asinh((Math.min(300, Math.max(-200, ct[v]!)) - 40) / 100), 5)
      expect(image[4096 + v]).toBeCloseTo((mr[v]! - mean) / sd, 4)
    }
    expect(() => preprocessImage([{ data: ct, geometry: grid }], both)).toThrow(/images of 2 channels, and 1 came/)
  })

  it('stores and reads both channels as they are', async () => {
    const folder = join(root, 'two-channels')
    await mkdir(folder)
    const written = await writeCase(folder, numbered(1), [])
    const other = numbered(7)
    await writeNifti(join(folder, 'second.nii.gz'), other)
    const entry = { ...written, images: [...written.images, 'second.nii.gz'], imageHash: null }
    const both: Plan = { ...plan, normalisations: [...plan.normalisations, { kind: 'per-volume' }] }
    const stored = join(folder, 'case.zarr')
    await preprocessCase(datasetOf([entry], [], folder), entry, both, stored)
    const volumes = await readChannels(entry.images.map((file) => join(folder, file)))
    const { image, imageHash } = await openPreprocessed(stored)
    expect(image).toEqual(preprocessImage(volumes, both).image)
    expect(imageHash).toBe(hashChannels(volumes))
    const moved = { ...other, geometry: { ...GRID, origin: [0, 0, 5] as [number, number, number] } }
    await writeNifti(join(folder, 'second.nii.gz'), moved)
    await expect(readChannels(entry.images.map((file) => join(folder, file)))).rejects.toThrow(
      /second\.nii\.gz does not lie on the voxels of .*All channels of a case need one grid/,
    )
  })
})
