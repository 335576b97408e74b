import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { tinyConfig, tinyJob } from '../stages/test-stage.ts'
import { pair, label, studyCase, studyDataset } from '../labels/test-study.ts'
import { PatchSource } from './patch-source.ts'
import type { Patch, PatchRequest, PatchSetup } from './patch.ts'
import { storeTestCase, storeTestPseudoLabels } from './test-cases.ts'

const SHAPE: Shape = [12, 12, 12]
const PATCH: Shape = [4, 4, 6]
const MIDDLE = (2 * 4 + 2) * 6 + 3
const off = tinyConfig({ augmentation: { enabled: false } }).augmentation
const strong = tinyConfig({ augmentation: { probability: 1, narrowFov: 0.5 } }).augmentation

let root = ''
let setup: PatchSetup
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'patch-source-'))
  // Case a1 has 432 voxels of cord (class 1), a2 as many and a single voxel of stem (class 2).
  const cord = (_z: number, y: number) => (y < 3 ? 1 : 0)
  const codebook = [[], ['1'], ['2']]
  const a1 = await storeTestCase(root, 'a1', SHAPE, { codebook, rule: cord })
  const rule = (z: number, y: number, x: number) => (z === 6 && y === 7 && x === 8 ? 2 : cord(z, y))
  const a2 = await storeTestCase(root, 'a2', SHAPE, { codebook, rule })
  // Pseudo labels of a1: jaw (class 3) where y is 11.
  const jaw = { sets: [null, [0], [3]], rule: (_z: number, y: number) => (y === 11 ? 2 : y < 3 ? 0 : 1) }
  const pseudoFolder = await storeTestPseudoLabels(root, 'a1', SHAPE, jaw)
  const entry = { pseudoFolder: null, rejectedClasses: [] }
  setup = {
    seed: 1,
    shape: PATCH,
    spacingMm: [2, 2, 2],
    augmentation: off,
    foreground: 1,
    cacheMb: 100,
    job: tinyJob,
    cases: [
      [
        { ...entry, caseId: 'a1', folder: a1, pseudoFolder, trueClasses: [1], allClasses: [1, 3] },
        { ...entry, caseId: 'a2', folder: a2, trueClasses: [1, 2], allClasses: [1, 2] },
      ],
      [{ ...entry, caseId: 'b1', folder: a1, trueClasses: [], allClasses: [] }],
    ],
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

const request = (step: number, more: Partial<PatchRequest> = {}): PatchRequest => ({
  stage: 1,
  step,
  model: 0,
  slot: 0,
  own: true,
  dataset: 0,
  ...more,
})
const drawMany = async (count: number, more: Partial<PatchRequest> = {}, changed: Partial<PatchSetup> = {}) => {
  const source = new PatchSource({ ...setup, ...changed })
  const patches: Patch[] = []
  for (let step = 0; step < count; step++) patches.push(await source.draw(request(step, more)))
  return patches
}
const middleSet = (patch: Patch) => patch.sets[patch.codes[MIDDLE]!]!.join()
/** The organs of a patch; the organs of the test cases lie too far apart for two in one patch. */
const organsIn = (patch: Patch) =>
  [...new Set(patch.codes)]
    .map((code) => patch.sets[code]!)
    .filter((set) => !set.includes(0))
    .join(' and ')

describe('a patch is a pure function of its request', () => {
  it('whatever was drawn before, and however full the cache is', async () => {
    const changed = { augmentation: strong }
    const inOrder = await drawMany(6, {}, changed)
    const source = new PatchSource({ ...setup, ...changed, cacheMb: 0.001 })
    for (const step of [5, 2, 2, 0]) expect(await source.draw(request(step))).toEqual(inOrder[step])
  })

  it('and another one for another seed, stage, step, model or slot', async () => {
    const base = (await drawMany(1, {}, { augmentation: strong }))[0]!
    for (const more of [{ stage: 2 as const }, { model: 1 }, { slot: 1 }]) {
      expect((await drawMany(1, more, { augmentation: strong }))[0]!.image).not.toEqual(base.image)
    }
    expect((await drawMany(1, {}, { augmentation: strong, seed: 2 }))[0]!.image).not.toEqual(base.image)
    expect((await drawMany(2, {}, { augmentation: strong }))[1]!.image).not.toEqual(base.image)
  })
})

describe('own patches', () => {
  it('show every organ equally often, the one voxel of the stem no less', async () => {
    const counts = new Map<string, number>()
    for (const patch of await drawMany(300)) counts.set(organsIn(patch), (counts.get(organsIn(patch)) ?? 0) + 1)
    // cord, stem and (pseudo) jaw: 100 each, standard deviation 8.2
    expect([...counts.keys()].sort()).toEqual(['1', '2', '3'])
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(33)
  })

  it('lie anywhere in their share of the background', async () => {
    const patches = await drawMany(200, {}, { foreground: 0 })
    // a quarter of a1 and a2 is cord
    const onCord = patches.filter((patch) => middleSet(patch) === '1').length
    expect(onCord).toBeGreaterThan(25)
    expect(onCord).toBeLessThan(80)
    expect(new Set(patches.map(({ caseId }) => caseId))).toEqual(new Set(['a1', 'a2']))
  })

  it('lie inside their case where they fit, and in its middle where they do not', async () => {
    const everywhere = await drawMany(50)
    expect(everywhere.every(({ sets, codes }) => codes.every((code) => code !== sets.length - 1))).toBe(true)
    // a patch of 16 x 4 x 6 in a case of 12: two slices outside at either end
    const larger = await drawMany(10, {}, { shape: [16, 4, 6] })
    for (const { sets, codes } of larger) {
      const outside = Array.from({ length: 16 }, (_, z) => codes[z * 24] === sets.length - 1)
      expect(outside.map((value, z) => (value ? z : -1)).filter((z) => z >= 0)).toEqual([0, 1, 14, 15])
    }
  })

  it('are a plain copy without augmentation, image and labels alike', async () => {
    for (const patch of await drawMany(20)) {
      const first = patch.image[MIDDLE]! - (2 * 144 + 2 * 12 + 3)
      patch.image.forEach((value, v) => {
        const [z, y, x] = [Math.floor(v / 24), Math.floor(v / 6) % 4, v % 6]
        const outside = patch.sets[patch.codes[v]!]!.length === 5
        // every voxel holds its own number in the case; 0 is the lowest value of the image
        expect(value).toBe(outside ? 0 : first + z * 144 + y * 12 + x)
        if (!outside) expect(patch.sets[patch.codes[v]!]!.includes(1)).toBe(Math.floor(value / 12) % 12 < 3)
      })
    }
  })
})

describe('foreign patches', () => {
  it('show true labels, always, and know nothing of pseudo labels', async () => {
    const patches = await drawMany(200, { slot: 1, own: false, model: 1 }, { foreground: 0 })
    const counts = new Map<string, number>()
    for (const patch of patches) {
      counts.set(organsIn(patch), (counts.get(organsIn(patch)) ?? 0) + 1)
      expect(patch.sets.some((set) => set.join() === '3')).toBe(false)
    }
    expect([...counts.keys()].sort()).toEqual(['1', '2'])
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(30)
  })

  it('of a dataset without a labelled voxel lie anywhere', async () => {
    const patches = await drawMany(10, { slot: 1, own: false, dataset: 1 })
    expect(patches.every(({ caseId }) => caseId === 'b1')).toBe(true)
  })
})

describe('augmented patches', () => {
  it('end with the set of what lies outside the scan: anything', async () => {
    const patches = await drawMany(10, {}, { augmentation: strong })
    for (const { sets, codes } of patches) {
      expect(sets.at(-1)).toEqual([0, 1, 2, 3, 4])
      expect(codes.every((code) => code >= 0 && code < sets.length)).toBe(true)
    }
    // the image outside is the lowest value of the case, before intensities change: it is never a label
    expect(patches.some(({ sets, codes }) => codes.some((code) => code === sets.length - 1))).toBe(true)
  })

  it('keep everything else when a change of the image is switched off', async () => {
    const none = { ...strong, blurProbability: 0, brightnessProbability: 0, lowResolutionProbability: 0 }
    const every = { ...none, blurProbability: 1, brightnessProbability: 1, lowResolutionProbability: 1 }
    const [without, with3] = [
      await drawMany(10, {}, { augmentation: none }),
      await drawMany(10, {}, { augmentation: every }),
    ]
    with3.forEach((patch, i) => {
      expect(patch.codes).toEqual(without[i]!.codes)
      expect(patch.caseId).toBe(without[i]!.caseId)
      expect(patch.image).not.toEqual(without[i]!.image)
    })
  })

  it('exchange paired labels when they are mirrored, image and labels together', async () => {
    const vocabulary = pair('parotid')
    const job = {
      organs: vocabulary.map(({ id }) => id),
      vocabulary,
      datasets: [
        studyDataset(
          'p',
          [label('1', 'parotid_left'), label('2', 'parotid_right')],
          [studyCase('p1', { parotid_left: 'labelled', parotid_right: 'labelled' })],
        ),
      ],
    }
    // left: x < 6, and brighter the further left
    const codebook = [[], ['1'], ['2']]
    const rule = (_z: number, _y: number, x: number) => (x < 6 ? 1 : 2)
    const folder = await storeTestCase(root, 'p1', SHAPE, { codebook, rule }, (_z, _y, x) => x)
    const entry = {
      caseId: 'p1',
      folder,
      pseudoFolder: null,
      rejectedClasses: [],
      trueClasses: [1, 2],
      allClasses: [1, 2],
    }
    const still = {
      ...{ ...strong, rotationDeg: 0, scale: 0, gamma: 0, contrast: 0, noiseSd: 0, narrowFov: 0, shift: 0 },
      ...{ blurProbability: 0, brightnessProbability: 0, lowResolutionProbability: 0 },
    }
    const changed = { job, cases: [[entry]], augmentation: still }
    const sides = (patch: Patch) => {
      // the first two neighbours along x that both lie inside the scan
      const inScan = (v: number) => patch.codes[v] !== patch.sets.length - 1
      const first = patch.image.findIndex((_, v) => v % 6 < 5 && inScan(v) && inScan(v + 1))
      const rising = patch.image[first + 1]! > patch.image[first]!
      const left = Array.from(patch.codes, (code) => patch.sets[code]!.join() === '1')
      return { rising, left }
    }
    const drawn = (await drawMany(40, {}, changed)).map((patch) => ({ patch, ...sides(patch) }))
    const mirrored = drawn.filter(({ rising }) => !rising)
    expect(mirrored.length).toBeGreaterThan(8)
    expect(mirrored.length).toBeLessThan(32)
    for (const { patch, rising, left } of drawn) {
      // in the mirror, what is called left has x of 6 and more in the case
      patch.image.forEach((x, v) => {
        if (patch.sets[patch.codes[v]!]!.length === 3 || Math.abs(x - 5.5) < 0.6) return
        expect(left[v]).toBe(rising ? x < 5.5 : x > 5.5)
      })
    }
    const never = await drawMany(20, {}, { ...changed, augmentation: { ...still, mirror: 'off' } })
    expect(never.every((patch) => sides(patch).rising)).toBe(true)
  })
})
