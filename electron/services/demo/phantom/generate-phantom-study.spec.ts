// The demo study as a person finds it on disk: layouts, labels, repeatability, anatomy, and that it is not too easy.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNifti } from '../../../../trainer/imaging/nifti/read-nifti.ts'
import { voxelCount, type Volume } from '../../../../trainer/imaging/volume.ts'
import { loadVocabulary } from '../../vocabulary/load-vocabulary.ts'
import { lookUpOrgan } from '../../vocabulary/look-up-organ.ts'
import { generatePhantomStudy, type PhantomStudy } from './generate-phantom-study.ts'
import { loadPhantom, organsOf } from './phantom-description.ts'

const SMALL = { seed: 7, trainingCases: 8, testCases: 3, resolution: 0.5 }
const ORGANS = organsOf(loadPhantom())
const valueOf = (organ: string): number => ORGANS.indexOf(organ) + 1

let root: string
let small: PhantomStudy
let full: PhantomStudy
const progress: string[] = []

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'phantom-'))
  small = await generatePhantomStudy(join(root, 'small'), SMALL, (done, total, message) => {
    progress.push(`${done}/${total} ${message}`)
  })
  full = await generatePhantomStudy(join(root, 'full'), { seed: 7, trainingCases: 0, testCases: 6 })
})
afterAll(() => rm(root, { recursive: true, force: true }))

const read = async (...path: string[]): Promise<Volume> => (await readNifti(join(...path))).volume
const json = async (...path: string[]): Promise<unknown> => JSON.parse(await readFile(join(...path), 'utf8'))
const count = ({ data }: Volume, value: number): number => {
  let found = 0
  for (const voxel of data) if (voxel === value) found += 1
  return found
}
const site = (name: string): string => join(root, 'small', name)
const reference = (id: string): Promise<Volume> => read(small.reference, 'labelsTr', `${id}.nii.gz`)
const fingerprints = async (folder: string): Promise<Record<string, string>> => {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(gz|json|csv)$/.test(file)).sort()
  const hashes = files.map(async (file) => {
    const bytes = await readFile(join(folder, file))
    return [file, createHash('sha256').update(bytes).digest('hex')]
  })
  return Object.fromEntries(await Promise.all(hashes)) as Record<string, string>
}

describe('repeatability', () => {
  it('gives the same bytes for the same seed, and a case does not depend on how many there are', async () => {
    const first = await fingerprints(join(root, 'small'))
    await generatePhantomStudy(join(root, 'fewer'), { ...SMALL, trainingCases: 2, testCases: 1 })
    const fewer = await fingerprints(join(root, 'fewer'))
    const scans = Object.keys(fewer).filter((file) => file.endsWith('.nii.gz'))
    expect(scans).toHaveLength(4 + 8 + 4 + 12 + 2)
    for (const file of scans) expect(fewer[file], file).toBe(first[file])
  })

  it('gives other patients for another seed', async () => {
    await generatePhantomStudy(join(root, 'other'), { ...SMALL, seed: 8, trainingCases: 1, testCases: 1 })
    const [first, other] = [await fingerprints(join(root, 'small')), await fingerprints(join(root, 'other'))]
    for (const file of Object.keys(other).filter((name) => name.endsWith('.nii.gz'))) {
      expect(other[file], file).not.toBe(first[file])
    }
  })

  it('reports every case, and leaves a complete study as it is', async () => {
    expect(progress).toHaveLength(27)
    expect(progress[0]).toBe('1/27 site-a PHA_001')
    expect(progress.at(-1)).toBe('27/27 test-complete PHT_003')
    const steps: number[] = []
    expect(await generatePhantomStudy(join(root, 'small'), SMALL, (done) => steps.push(done))).toEqual(small)
    expect(steps).toEqual([])
  })

  it('refuses a folder with anything else in it, and options out of range', async () => {
    await expect(generatePhantomStudy(join(root, 'small'), { ...SMALL, seed: 1 })).rejects.toThrow(/other options/)
    await mkdir(join(root, 'mine'))
    await expect(generatePhantomStudy(join(root, 'mine'), SMALL)).rejects.toThrow(/is not a phantom study/)
    for (const wrong of [{ seed: -1 }, { trainingCases: 1.5 }, { testCases: 1000 }, { resolution: 0.1 }]) {
      await expect(generatePhantomStudy(join(root, 'wrong'), wrong)).rejects.toMatchObject({ code: 'usage' })
    }
  })

  it('starts again after an interruption', async () => {
    await mkdir(join(root, 'again.unfinished'))
    await writeFile(join(root, 'again.unfinished', 'left-over'), '')
    await generatePhantomStudy(join(root, 'again'), { ...SMALL, trainingCases: 0, testCases: 1 })
    expect(await readdir(join(root, 'again'))).not.toContain('left-over')
    expect(existsSync(join(root, 'again.unfinished'))).toBe(false)
  })
})

describe('the sites', () => {
  it('A: nnU-Net layout with liver, spleen and stomach', async () => {
    expect(await json(site('site-a'), 'dataset.json')).toEqual({
      channel_names: { 0: 'CT' },
      labels: { background: 0, liver: 1, spleen: 2, stomach: 3 },
      numTraining: 8,
      file_ending: '.nii.gz',
    })
    expect(await readdir(join(site('site-a'), 'imagesTr'))).toHaveLength(8)
    const labels = await read(site('site-a'), 'labelsTr', 'PHA_002.nii.gz')
    const complete = await reference('PHA_002')
    const seen = ['liver', 'spleen', 'stomach']
    const expected = Array.from(complete.data, (value) => seen.indexOf(ORGANS[value - 1] ?? '') + 1)
    expect(Array.from(labels.data)).toEqual(expected)
  })

  it('B: a folder a patient with masks of both kidneys and, in most cases, the pancreas', async () => {
    const masks = (id: string): Promise<string[]> => readdir(join(site('site-b'), id, 'segmentations'))
    expect((await masks('PHB_007')).sort()).toEqual(['kidney_left.nii.gz', 'kidney_right.nii.gz', 'pancreas.nii.gz'])
    expect((await masks('PHB_008')).sort()).toEqual(['kidney_left.nii.gz', 'kidney_right.nii.gz'])
    const mask = await read(site('site-b'), 'PHB_001', 'segmentations', 'pancreas.nii.gz')
    const complete = await reference('PHB_001')
    expect(mask.data).toEqual(complete.data.map((value) => (value === valueOf('pancreas') ? 1 : 0)))
    expect((await read(site('site-b'), 'PHB_001', 'ct.nii.gz')).geometry).toEqual(mask.geometry)
  })

  it('C: paired folders with merged kidneys, aorta, gallbladder, and the spleen that A labels too', async () => {
    expect(await readFile(join(site('site-c'), 'labels.csv'), 'utf8')).toBe(
      'value,name\n10,Kidneys\n20,Aorta\n30,Gallbladder\n40,Spleen\n',
    )
    const labels = await read(site('site-c'), 'labels', 'PHC_001_label.nii.gz')
    const complete = await reference('PHC_001')
    expect(count(labels, 10)).toBe(count(complete, valueOf('kidney_left')) + count(complete, valueOf('kidney_right')))
    expect(count(labels, 40)).toBe(count(complete, valueOf('spleen')))
    const maps = await Promise.all([1, 2, 3, 4].map((n) => read(site('site-c'), 'labels', `PHC_00${n}_label.nii.gz`)))
    expect(new Set(maps.flatMap(({ data }) => [...new Set(data)]))).toEqual(new Set([0, 10, 20, 30, 40]))
  })

  it('names labels that the vocabulary maps to what they hold', () => {
    const vocabulary = loadVocabulary()
    for (const { labels } of loadPhantom().sites) {
      for (const { name, organs } of labels) expect(lookUpOrgan(vocabulary, name)?.organs, name).toEqual(organs)
    }
    for (const organ of ORGANS) expect(lookUpOrgan(vocabulary, organ)?.organs).toEqual([organ])
  })

  it('come with complete labels of the very same images', async () => {
    const images = [
      ['PHA_001', join(site('site-a'), 'imagesTr', 'PHA_001_0000.nii.gz')],
      ['PHB_001', join(site('site-b'), 'PHB_001', 'ct.nii.gz')],
      ['PHC_001', join(site('site-c'), 'images', 'PHC_001.nii.gz')],
    ] as const
    for (const [id, image] of images) {
      const copy = await readFile(join(small.reference, 'imagesTr', `${id}_0000.nii.gz`))
      expect(copy.equals(await readFile(image)), id).toBe(true)
    }
    expect(await readdir(join(small.reference, 'labelsTr'))).toHaveLength(24)
  })
})

describe('the anatomy', () => {
  const PLAUSIBLE_ML: Record<string, [number, number]> = {
    liver: [450, 1500],
    spleen: [50, 350],
    kidney_left: [60, 280],
    kidney_right: [60, 280],
    stomach: [90, 600],
    pancreas: [30, 150],
    aorta: [30, 180],
    gallbladder: [10, 90],
  }
  const testCases = (): Promise<{ image: Volume; labels: Volume }[]> =>
    Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (number) => ({
        image: await read(full.test, 'imagesTs', `PHT_00${number}_0000.nii.gz`),
        labels: await read(full.test, 'labelsTs', `PHT_00${number}.nii.gz`),
      })),
    )

  it('has every organ in every test case, with a plausible volume, the left kidney on the left', async () => {
    for (const { labels } of await testCases()) {
      const [sz, sy, sx] = labels.geometry.spacingMm
      for (const organ of ORGANS) {
        const millilitres = (count(labels, valueOf(organ)) * sx * sy * sz) / 1000
        const [least, most] = PLAUSIBLE_ML[organ] as [number, number]
        expect(millilitres, organ).toBeGreaterThan(least)
        expect(millilitres, organ).toBeLessThan(most)
      }
      expect(meanX(labels, valueOf('kidney_left'))).toBeGreaterThan(meanX(labels, valueOf('kidney_right')) + 60)
      expect(meanX(labels, valueOf('spleen'))).toBeGreaterThan(meanX(labels, valueOf('liver')) + 60)
    }
  })

  it('stays about the same at half the resolution', async () => {
    const [coarse, fine] = [
      await read(small.test, 'labelsTs', 'PHT_001.nii.gz'),
      await read(full.test, 'labelsTs', 'PHT_001.nii.gz'),
    ]
    const litres = (labels: Volume): number =>
      (count(labels, valueOf('liver')) * labels.geometry.spacingMm.reduce((a, b) => a * b)) / 1e6
    expect(litres(coarse) / litres(fine)).toBeCloseTo(1, 1)
    expect(voxelCount(coarse.geometry.shape) / voxelCount(fine.geometry.shape)).toBeCloseTo(1 / 8, 1)
  })

  it('is scanned on a new grid each time, short at site C, where organs are cut', async () => {
    const references = await Promise.all(
      ['PHA', 'PHB', 'PHC'].map(async (prefix) => {
        const ids = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `${prefix}_00${number}`)
        return Promise.all(ids.map(reference))
      }),
    )
    const spacings = references.flat().map(({ geometry }) => geometry.spacingMm.join())
    expect(new Set(spacings).size).toBe(24)
    const [a, , c] = references.map((cases) => cases.filter((labels) => isCut(labels, valueOf('spleen'))).length)
    expect(a).toBeLessThanOrEqual(2)
    expect(c).toBeGreaterThanOrEqual(4)
  })

  it('cannot be segmented by CT numbers: the best window of each case, chosen knowing the truth, is poor', async () => {
    const cases = await testCases()
    for (const organ of ORGANS) {
      const scores = cases.map(({ image, labels }) => bestWindowDice(image, labels, valueOf(organ)))
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
      expect(mean, organ).toBeLessThan(organ === 'liver' ? 0.6 : 0.35)
    }
  })

  it.each([
    ['liver', 'spleen'],
    ['liver', 'stomach'],
    ['spleen', 'kidney_left'],
    ['pancreas', 'stomach'],
    ['kidney_right', 'liver'],
  ])('%s and %s share more than half of their CT numbers', async (first, second) => {
    const shared = (await testCases()).map(({ image, labels }) => {
      const [a, b] = [histogram(image, labels, valueOf(first)), histogram(image, labels, valueOf(second))]
      return a.reduce((sum, share, bin) => sum + Math.min(share, b[bin] as number), 0)
    })
    expect(shared.reduce((sum, value) => sum + value, 0) / shared.length).toBeGreaterThan(0.5)
  })
})

/** Mean position along x (to the left) in mm. */
function meanX({ data, geometry }: Volume, value: number): number {
  const width = geometry.shape[2]
  const found = Array.from(data.keys()).filter((voxel) => data[voxel] === value)
  return (
    geometry.origin[0] + (geometry.spacingMm[2] * found.reduce((sum, voxel) => sum + (voxel % width), 0)) / found.length
  )
}

/** Whether the value occurs in the first or the last slice. */
function isCut({ data, geometry }: Volume, value: number): boolean {
  const slice = geometry.shape[1] * geometry.shape[2]
  return data.subarray(0, slice).includes(value) || data.subarray(-slice).includes(value)
}

const BIN_HU = 8
const BINS = 4096 / BIN_HU
const bin = (hu: number): number => Math.floor((hu + 1024) / BIN_HU)

/** Shares of the organ's voxels by CT number. */
function histogram(image: Volume, labels: Volume, value: number): number[] {
  const counts = new Array<number>(BINS).fill(0)
  for (const [voxel, hu] of image.data.entries()) if (labels.data[voxel] === value) counts[bin(hu)]! += 1
  const total = counts.reduce((sum, found) => sum + found, 0)
  return counts.map((found) => found / total)
}

/** The highest Dice that any window [low, high) of CT numbers reaches in this case. */
function bestWindowDice(image: Volume, labels: Volume, value: number): number {
  const [all, own] = [new Array<number>(BINS).fill(0), new Array<number>(BINS).fill(0)]
  for (const [voxel, hu] of image.data.entries()) {
    all[bin(hu)]! += 1
    if (labels.data[voxel] === value) own[bin(hu)]! += 1
  }
  const size = own.reduce((sum, found) => sum + found, 0)
  let best = 0
  for (let low = 0; low < BINS; low++) {
    let [taken, hit] = [0, 0]
    for (let high = low; high < BINS; high++) {
      taken += all[high] as number
      hit += own[high] as number
      best = Math.max(best, (2 * hit) / (size + taken))
    }
  }
  return best
}
