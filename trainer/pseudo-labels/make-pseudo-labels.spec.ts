import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { storeTestCase } from '../data/test-cases.ts'
import { readZarrArray } from '../imaging/zarr-group.ts'
import { openJournal } from '../jobs/journal.ts'
import { createStageModels, disposeModels } from '../stages/stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from '../stages/test-stage.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { tf } from '../tensor/tensorflow.ts'
import { calibrateModels, readCalibration, uncalibrated } from './calibrate-models.ts'
import { makePseudoLabels, type PseudoLabelSetup } from './make-pseudo-labels.ts'
import { labelRoot, pseudoLabelFolder } from './label-versions.ts'
import { openPseudoLabels } from './pseudo-label-store.ts'
import type { Teacher } from './teachers.ts'

const SHAPE: Shape = [8, 8, 8]
const { pseudoLabels } = tinyConfig()
const lenient = { ...pseudoLabels, ignoreCut: false, volumeRange: [0, 1000] as [number, number] }
const models = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig())
const teachers: Teacher[] = models.map((model) => ({
  ...model,
  competent: tinyStudy.competentClasses[model.index]!,
  datasets: [model.index],
}))
let root = ''
let setup: Omit<PseudoLabelSetup, 'root' | 'journal'>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pseudo-labels-'))
  // the label of both sites lies in the first slice; the model of site b sees jaw (class 3) everywhere
  const labels = { codebook: [[], ['1']], rule: (z: number) => (z === 0 ? 1 : 0) }
  const caseOf = async (dataset: number, index: number) => {
    const entry = tinyStudy.datasets[dataset]!.cases[index]!
    return { entry, folder: await storeTestCase(root, entry.id, SHAPE, labels) }
  }
  for (const [index, bias] of [
    [0, [9, 0, 0]],
    [1, [0, 9, 0]],
  ] as const) {
    // prettier-ignore
    const { parameters } = models[index]!
    parameters.get('head.0.kernel')!.assign(tf.zerosLike(parameters.get('head.0.kernel')!))
    parameters.get('head.0.bias')!.assign(tf.tensor1d([...bias]))
  }
  setup = {
    study: tinyStudy,
    plan: tinyPlan,
    rules: lenient,
    overlap: 0.25,
    mirror: null,
    teachers,
    calibration: uncalibrated(2),
    cases: [[await caseOf(0, 0)], [await caseOf(1, 0)]],
  }
})
afterAll(async () => {
  disposeModels(models)
  await rm(root, { recursive: true, force: true })
})
const make = async (name: string, changed: Partial<PseudoLabelSetup> = {}) => {
  const job = join(root, name)
  await mkdir(job, { recursive: true })
  const journal = openJournal(job)
  const done: string[] = []
  await makePseudoLabels({ ...setup, root: labelRoot(job, 0), journal, ...changed }, (_, caseId) => done.push(caseId))
  journal.close()
  const events = (await readFile(join(job, 'events.jsonl'), 'utf8')).trim().split('\n').filter(Boolean)
  const said = events.map((line) => JSON.parse(line) as { type: string; organ: string; message: string })
  const [findings, warnings] = ['finding', 'log'].map((type) => said.filter((event) => event.type === type))
  return { job, done, findings: findings!, warnings: warnings!.map(({ message }) => message) }
}

describe('makePseudoLabels', () => {
  it('labels what a case leaves open by the models that know it; true labels stay', async () => {
    const { job, done } = await make('plain')
    expect(done).toEqual(['a1', 'b1'])
    const folder = pseudoLabelFolder(labelRoot(job, 0), 'a', 'a1')
    const first = await openPseudoLabels(folder)
    // codes: ignored, background, jaw, larynx
    expect(first.sets).toEqual([null, [0], [3], [4]])
    expect(first.acceptedClasses).toEqual([3])
    const [codes, provenance] = [first.codes, await readZarrArray(folder, 'provenance', Uint8Array, SHAPE)]
    expect(codes.subarray(0, 64).every((code) => code === 0)).toBe(true)
    expect(codes.subarray(64).every((code) => code === 2)).toBe(true)
    expect([provenance[0], provenance[64]]).toEqual([255, 2])
    // the model of site a sees background alone in site b
    const second = await openPseudoLabels(pseudoLabelFolder(labelRoot(job, 0), 'b', 'b1'))
    expect(second.acceptedClasses).toEqual([])
    expect(second.codes.subarray(64).every((code) => code === 1)).toBe(true)
  })

  it('ignores an implausible organ and says so', async () => {
    // 448 voxels of 8 mm3 are 3.6 ml; training saw 1 ml, so at most 3 are believed
    const { job, findings, warnings } = await make('strict', { rules: { ...lenient, volumeRange: [0.3, 3] } })
    expect((await openPseudoLabels(pseudoLabelFolder(labelRoot(job, 0), 'a', 'a1'))).acceptedClasses).toEqual([])
    expect(findings.map(({ organ }) => organ)).toEqual(['jaw'])
    expect(findings[0]!.message).toContain('its 3.6 ml lie outside the expected 0.3 to 3.0 ml')
    // It is gone from the whole dataset.
    expect(warnings).toEqual([
      expect.stringMatching(/^Nothing of jaw became a pseudo label in a: models see it in 1 of its cases/),
    ])
  })

  it('leaves finished cases alone when it goes on', async () => {
    const { job, warnings } = await make('resumed')
    expect(warnings).toEqual([])
    const path = join(pseudoLabelFolder(labelRoot(job, 0), 'a', 'a1'), 'zarr.json')
    const before = (await stat(path)).mtimeMs
    expect((await make('resumed')).done).toEqual(['a1', 'b1'])
    expect((await stat(path)).mtimeMs).toBe(before)
  })

  it('leaks nothing', async () => {
    expect(await leakedTensors(() => make('leaks'))).toBe(0)
  })
})

describe('calibrateModels', () => {
  const calibrate = (root: string, onModel: () => void = () => undefined) => {
    const validation = setup.cases.flatMap((cases, dataset) =>
      cases.map(({ entry, folder }) => ({ dataset, caseId: entry.id, folder })),
    )
    return calibrateModels({ ...setup, root, validation }, onModel)
  }

  it('softens a model that is wrong with confidence, once a job', async () => {
    const { job } = await make('calibrated')
    let calls = 0
    const again = () => calibrate(labelRoot(job, 0), () => (calls += 1))
    let calibration = uncalibrated(0)
    expect(await leakedTensors(async () => (calibration = await again()))).toBe(0)
    // model 0 is sure of background everywhere: nothing to tell; model 1 is sure of jaw, and mostly wrong
    const { temperatures, sureness } = calibration
    expect(temperatures[0]).toBe(1)
    expect(temperatures[1]).toBeGreaterThan(4)
    expect(sureness[0]).toEqual([1, 1, 1])
    expect(sureness[1]![1]).toBeCloseTo(1 / (1 + 2 * Math.exp(-9 / temperatures[1]!)), 3)
    expect(calls).toBe(2)
    expect(await again()).toEqual(calibration)
    expect(calls).toBe(2)
    expect(await readCalibration(labelRoot(job, 0), 2)).toEqual(calibration)
  })

  it('saves an organ whose model is never as sure as the rules ask for', async () => {
    const bias = models[1]!.parameters.get('head.0.bias')!
    bias.assign(tf.tensor1d([0, 1, -9]))
    const acceptedOf = async (name: string, calibration: PseudoLabelSetup['calibration']) => {
      const { job } = await make(name, { calibration })
      return (await openPseudoLabels(pseudoLabelFolder(labelRoot(job, 0), 'a', 'a1'))).acceptedClasses
    }
    const measured = await calibrate(join(root, 'unsure-calibration'))
    expect(measured.sureness[1]![1]).toBeLessThan(0.7)
    expect(await acceptedOf('unsure', measured)).toEqual([3])
    expect(await acceptedOf('unsure, as the rules ask', { ...measured, sureness: [] })).toEqual([])
    bias.assign(tf.tensor1d([0, 9, 0]))
  })

  it('is none for every model of a job that never calibrated', async () => {
    expect(await readCalibration(join(root, 'nowhere'), 3)).toEqual({ temperatures: [1, 1, 1], sureness: [] })
  })
})

it('openPseudoLabels refuses another folder', async () => {
  await expect(openPseudoLabels(root)).rejects.toMatchObject({ code: 'invalid-file' })
})
