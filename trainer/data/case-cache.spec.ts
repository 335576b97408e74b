import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { tinyStudy } from '../stages/test-stage.ts'
import { CaseCache } from './case-cache.ts'
import type { TrainingCaseEntry } from './patch.ts'
import { storeTestCase, storeTestPseudoLabels } from './test-cases.ts'

// 1000 voxels: 4000 bytes of image and 2000 of codes
const SHAPE: Shape = [10, 10, 10]
// Site a: cord (class 1) in x < 2, stem (class 2) in x = 2; jaw and larynx (3, 4) are unlabelled
const labels = {
  codebook: [[], ['1'], ['2']],
  rule: (_z: number, _y: number, x: number) => (x < 2 ? 1 : x === 2 ? 2 : 0),
}

let root = ''
const folders = new Map<string, string>()
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'case-cache-'))
  for (const name of ['one', 'two', 'three']) folders.set(name, await storeTestCase(root, name, SHAPE, labels))
  // pseudo labels: ignored, background (jaw stays possible), jaw, larynx
  const sets = [null, [0, 3], [3], [4]]
  const rule = (z: number, _y: number, x: number) => (x < 5 ? 0 : z === 0 ? 2 : z === 1 ? 3 : 1)
  folders.set('pseudo', await storeTestPseudoLabels(root, 'one', SHAPE, { sets, rule }))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const entry = (name: string, more: Partial<TrainingCaseEntry> = {}): TrainingCaseEntry => ({
  caseId: 'a1',
  folder: folders.get(name)!,
  pseudoFolder: null,
  trueClasses: [1, 2],
  allClasses: [1, 2],
  rejectedClasses: [],
  ...more,
})

describe('CaseCache', () => {
  it('keeps the most recently used cases and drops the others', async () => {
    const cache = new CaseCache(tinyStudy, 0.013) // two cases of 6 kB
    const get = (name: string) => cache.get(0, entry(name))
    const [one, two] = [await get('one'), await get('two')]
    expect(one.bytes).toBe(6000)
    expect(await get('one')).toBe(one)
    await get('three') // drops two, the least recently used
    expect(await get('one')).toBe(one)
    expect(await get('two')).not.toBe(two)
  })

  it('keeps one case even when it is larger than the limit', async () => {
    const cache = new CaseCache(tinyStudy, 0.001)
    const one = await cache.get(0, entry('one'))
    expect(await cache.get(0, entry('one'))).toBe(one)
    await cache.get(0, entry('two'))
    expect(await cache.get(0, entry('one'))).not.toBe(one)
  })
})

describe('a loaded case', () => {
  const load = (more: Partial<TrainingCaseEntry> = {}) => new CaseCache(tinyStudy, 100).get(0, entry('one', more))
  const setsAt = (training: Awaited<ReturnType<typeof load>>, voxel: number) => ({
    all: training.allSets[training.codes[voxel]!],
    true: training.trueSets[training.codes[voxel]!],
  })
  const voxel = (z: number, y: number, x: number) => (z * 10 + y) * 10 + x

  it('turns labels into class sets and centres', async () => {
    const training = await load()
    expect(training.outside).toEqual([0])
    expect(setsAt(training, voxel(4, 4, 0))).toEqual({ all: [1], true: [1] })
    expect(setsAt(training, voxel(4, 4, 9))).toEqual({ all: [0, 3, 4], true: [0, 3, 4] })
    expect([...training.trueCentres.keys()].sort()).toEqual([1, 2])
    // 200 voxels of cord, all kept; a voxel that may be background is nobody's centre
    const cord = training.trueCentres.get(1)!
    expect(cord.length).toBe(200)
    expect([...cord].every((v) => v % 10 < 2)).toBe(true)
    expect(training.allCentres).toBe(training.trueCentres)
  })

  it('narrows by pseudo labels, beside the true labels', async () => {
    const training = await load({ pseudoFolder: folders.get('pseudo')! })
    expect(setsAt(training, voxel(0, 0, 9))).toEqual({ all: [3], true: [0, 3, 4] })
    expect(setsAt(training, voxel(1, 0, 9))).toEqual({ all: [4], true: [0, 3, 4] })
    expect(setsAt(training, voxel(5, 0, 9))).toEqual({ all: [0, 3], true: [0, 3, 4] })
    expect(setsAt(training, voxel(5, 0, 4))).toEqual({ all: [0, 3, 4], true: [0, 3, 4] })
    expect(setsAt(training, voxel(0, 0, 1))).toEqual({ all: [1], true: [1] })
    expect([...training.allCentres.keys()].sort()).toEqual([1, 2, 3, 4])
    expect([...training.trueCentres.keys()].sort()).toEqual([1, 2])
  })

  it('forgets the pseudo labels that a reviewer refused', async () => {
    const training = await load({ pseudoFolder: folders.get('pseudo')!, rejectedClasses: [4] })
    expect(setsAt(training, voxel(1, 0, 9))).toEqual({ all: [0, 3, 4], true: [0, 3, 4] })
    expect(setsAt(training, voxel(0, 0, 9)).all).toEqual([3])
    // accepted as background while the model said where the organ is; without that, it may be there
    expect(setsAt(training, voxel(5, 0, 9)).all).toEqual([0, 3, 4])
    expect([...training.allCentres.keys()].sort()).toEqual([1, 2, 3])
  })

  it('keeps at most 512 centres of an organ, spread over all of it', async () => {
    const large = await storeTestCase(root, 'large', [20, 10, 10], { codebook: [[], ['1']], rule: () => 1 })
    const training = await new CaseCache(tinyStudy, 100).get(0, { ...entry('one'), folder: large })
    const centres = training.trueCentres.get(1)!
    expect(centres.length).toBe(512)
    const gaps = [...centres].slice(1).map((v, i) => v - centres[i]!)
    // 2000 voxels: one in 3.9
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4)
  })

  it('says which folder is no preprocessed case', async () => {
    const bad = new CaseCache(tinyStudy, 1).get(0, { ...entry('one'), folder: join(root, 'none') })
    await expect(bad).rejects.toMatchObject({ code: 'invalid-file' })
  })
})
