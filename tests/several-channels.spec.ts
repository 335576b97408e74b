// A study of two channels, CT and MR, from its files to its predictions: real trainer children, real files.
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OnnxMetadata } from '../contract/model-file.ts'
import { createServices } from '../electron/services/create-services.ts'
import { exportArchive } from '../electron/services/models/export-archive.ts'
import { exportOnnx } from '../electron/services/models/export-onnx.ts'
import { importArchive } from '../electron/services/models/import-archive.ts'
import { exportRun } from '../electron/services/runs/predict-with-run.ts'
import { readNifti } from '../trainer/imaging/nifti/read-nifti.ts'
import { createRandom } from '../trainer/imaging/random.ts'
import { loadStageModels, readTrainedRun } from '../trainer/jobs/trained-run.ts'
import { readSafetensors } from '../trainer/model-files/safetensors.ts'
import { forward } from '../trainer/network/unet.ts'
import { networkInput } from '../trainer/tensor/network-input.ts'
import { tf } from '../trainer/tensor/tensorflow.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { atStep, startAndKill } from './helpers/kill-trainer.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, trainTiny, type Training } from './helpers/train-tiny.ts'

const timeout = 180_000
const folder = mkdtempSync(join(tmpdir(), 'several-channels-'))
const everyStep = 'checkpoint.everySeconds=0'

let tiny: TinyStudy
let training: Training

beforeAll(async () => {
  tiny = await openTinyStudy({ channels: 2, testCases: 2 })
  training = await trainTiny(tiny.services, { name: 'first', datasets: tiny.datasets, set: [everyStep] })
}, timeout)
afterAll(() => {
  tiny.services.close()
  rmSync(folder, { recursive: true })
})

const testImage = (id: string, channel: number): string =>
  join(tiny.study.test, 'imagesTs', `${id}_${String(channel).padStart(4, '0')}.nii.gz`)
const testIds = (): string[] =>
  readdirSync(join(tiny.study.test, 'labelsTs')).map((name) => name.replace('.nii.gz', ''))
const resultOf = (run: string): Record<string, string> => ({
  ...hashFiles(join(run, 'checkpoints')),
  ...hashFiles(join(run, 'pseudo-labels')),
})
const labelMap = async (path: string): Promise<number[]> => [...(await readNifti(path)).volume.data]

test('registration: three layouts, the same two channels', () => {
  const summaries = ['site-a', 'site-b', 'site-c', 'test'].map((name) => tiny.services.getDataset(name).summary)
  for (const { channels, usableCases, cases, modality } of summaries) {
    expect(channels.map(({ name }) => name.toLowerCase())).toEqual(['ct', 'mr'])
    expect(channels.map(({ modality: each }) => each)).toEqual(['CT', 'MR'])
    expect([modality, usableCases]).toEqual(['other', cases])
  }
})

test('training: a network that takes both, the CT by its numbers, the MR by volume', async () => {
  expect(training.state).toBe('finished')
  const { plan } = await readTrainedRun(training.folder)
  expect(plan.normalisations).toMatchObject([{ kind: 'ct' }, { kind: 'per-volume' }])
  const weights = await readSafetensors(join(training.folder, 'checkpoints', 'stage2-model1.safetensors'))
  expect(weights.arrays.get('encoder.0.0.kernel')?.shape.slice(3)).toEqual([2, 4])
})

test(
  'killed and resumed: the same bytes',
  async () => {
    rmSync(tiny.services.workspace.cache, { recursive: true })
    const request = { name: 'killed', datasets: tiny.datasets, preset: 'quick' as const }
    tiny.services.createRun({ ...request, set: [...tinySettings, everyStep] })
    for (const point of [atStep(1, 2, 10), atStep(2, 1, 10)]) {
      expect(await startAndKill(tiny.services, 'killed', point)).toBe(true)
    }
    expect(await continueTiny(tiny.services, 'killed')).toMatchObject({ state: 'finished' })
    expect(resultOf(join(tiny.services.workspace.runs, 'killed'))).toEqual(resultOf(training.folder))
  },
  timeout,
)

test('evaluation: every organ of the test set is scored', { timeout }, async () => {
  const { organs, scores, failures } = await tiny.services.evaluateRun({ run: 'first', dataset: 'test' })
  expect(failures).toEqual([])
  expect(new Set(scores.map(({ caseId }) => caseId)).size).toBe(2)
  expect(organs.filter(({ cases: scored }) => scored > 0).length).toBeGreaterThan(5)
})

describe('prediction', () => {
  const predict = (input: string | string[], to: string) =>
    tiny.services.predictWithRun({ run: 'first', input, output: join(folder, to) })

  test('of a folder: one label map a case, and both channels count', { timeout }, async () => {
    const { labelMaps, failures } = await predict(join(tiny.study.test, 'imagesTs'), 'whole')
    expect(failures).toEqual([])
    expect(labelMaps.map((path) => path.slice(join(folder, 'whole').length + 1))).toEqual(
      testIds().map((id) => `${id}.nii.gz`),
    )
    const [id] = testIds()
    // The same CT with the MR of the other way round is another image.
    const swapped = join(folder, 'swapped')
    mkdirSync(swapped)
    copyFileSync(testImage(id, 0), join(swapped, `${id}_0001.nii.gz`))
    copyFileSync(testImage(id, 1), join(swapped, `${id}_0000.nii.gz`))
    const other = await predict(swapped, 'from-swapped')
    expect(await labelMap(other.labelMaps[0])).not.toEqual(await labelMap(labelMaps[0]))
    const sidecar = JSON.parse(readFileSync(join(folder, 'whole', `${id}.json`), 'utf8')) as { images: string[] }
    expect(sidecar.images).toEqual([`${id}_0000.nii.gz`, `${id}_0001.nii.gz`])
  })

  test('of one file: its siblings belong to it', { timeout }, async () => {
    const [id] = testIds()
    const { labelMaps } = await predict([testImage(id, 1), testImage(id, 0)], 'single')
    expect(labelMaps).toEqual([join(folder, 'single', `${id}.nii.gz`)])
    expect(await labelMap(labelMaps[0])).toEqual(await labelMap(join(folder, 'whole', `${id}.nii.gz`)))
  })

  test('says which channel is missing', async () => {
    const [id] = testIds()
    const alone = join(folder, 'alone')
    mkdirSync(alone)
    copyFileSync(testImage(id, 0), join(alone, `${id}_0000.nii.gz`))
    await expect(predict(alone, 'nothing')).rejects.toThrow(
      new RegExp(`Image ${id} has no file of channel MR \\(expected ${id}_0001 in .*alone\\)`, 'i'),
    )
  })

  test('an export as nnU-Net dataset has both channels', { timeout }, async () => {
    const output = join(folder, 'nnunet')
    const [{ id: caseId }] = tiny.services.getDataset('site-a').cases
    const cases = [{ dataset: 'site-a', caseId }]
    const request = { run: 'first', output, cases, formats: ['nnunet' as const] }
    const { files } = await exportRun(tiny.services.workspace, request)
    const names = files.map((path) => path.slice(output.length + 1))
    for (const number of ['0000', '0001']) {
      expect(names).toContain(`Dataset001_OrganMosaic/imagesTr/site-a_${caseId}_${number}.nii.gz`)
    }
    const { channel_names } = JSON.parse(readFileSync(join(output, 'Dataset001_OrganMosaic/dataset.json'), 'utf8')) as {
      channel_names: Record<string, string>
    }
    expect(Object.values(channel_names).map((name) => name.toUpperCase())).toEqual(['CT', 'MR'])
  })
})

describe('models that leave', () => {
  test('ONNX takes both channels and says what the trainer says', { timeout }, async () => {
    const path = join(folder, 'first.onnx')
    await exportOnnx(tiny.services.workspace, { run: 'first' }, path)
    const { job, plan, study } = await readTrainedRun(training.folder)
    const models = await loadStageModels(training.folder, study, 2, plan, job)
    const random = createRandom(1, 'patch')
    const voxels = plan.patch[0] * plan.patch[1] * plan.patch[2]
    const image = Float32Array.from({ length: 2 * voxels }, () => random.normal())
    const expected = tf.tidy(() => {
      const x = networkInput(image, plan.patch)
      const all = models.map(({ spec, parameters }) => tf.softmax(forward(spec, parameters, x).logits[0]!))
      return tf.transpose(tf.addN(all).div(all.length), [0, 4, 1, 2, 3]).dataSync()
    })
    const bytes = readFileSync(path)
    const session = await InferenceSession.create(bytes)
    const { probabilities } = await session.run({ image: new OnnxTensor('float32', image, [1, 2, ...plan.patch]) })
    const found = probabilities!.data as Float32Array
    expect(found.length).toBe(expected.length)
    expect(found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)).toBeLessThan(1e-4)
    const text = bytes.toString('utf8')
    const metadata = JSON.parse(text.slice(text.indexOf('{"version"'), text.lastIndexOf('}') + 1)) as OnnxMetadata
    expect(metadata.channels.map(({ name }) => name.toUpperCase())).toEqual(['CT', 'MR'])
    expect(metadata.channels.map(({ normalisation }) => normalisation)).toEqual(plan.normalisations)
  })

  test('an archive keeps the channels, and predicts the same elsewhere', { timeout }, async () => {
    const path = join(folder, 'first.omodel.tgz')
    await exportArchive(tiny.services.workspace, 'first', path)
    const other = createServices({ home: mkdtempSync(join(folder, 'elsewhere-')) })
    await importArchive(other.workspace, path)
    const { labelMaps } = await other.predictWithRun({
      run: 'first',
      input: join(tiny.study.test, 'imagesTs'),
      output: join(folder, 'there'),
    })
    for (const [n, id] of testIds().entries()) {
      expect(await labelMap(labelMaps[n])).toEqual(await labelMap(join(folder, 'whole', `${id}.nii.gz`)))
    }
    other.close()
  })

  test('an archive whose plan is of other channels is refused', async () => {
    const file = join(tiny.services.workspace.runs, 'killed', 'plan.json')
    const plan = JSON.parse(readFileSync(file, 'utf8')) as { normalisations: unknown[] }
    writeFileSync(file, JSON.stringify({ ...plan, normalisations: plan.normalisations.slice(0, 1) }))
    const path = join(folder, 'other-plan.omodel.tgz')
    await exportArchive(tiny.services.workspace, 'killed', path)
    await expect(importArchive(tiny.services.workspace, path, 'refused')).rejects.toThrow(
      /takes 1 channel, and its datasets have 2 \(CT, MR\)/i,
    )
  })
})

describe('other channels', () => {
  test('do not train together: the message names both and what to do', async () => {
    const one = join(folder, 'one-channel')
    cpSync(tiny.study.sites[0]!.folder, one, { recursive: true })
    await tiny.services.registerDataset({ name: 'one', folder: one, reading: { channels: ['CT'] } })
    expect(tiny.services.getDataset('one').summary.channels).toEqual([{ name: 'CT', modality: 'CT' }])
    const asked = () => tiny.services.createRun({ name: 'mixed', datasets: ['site-b', 'one'], preset: 'quick' })
    expect(asked).toThrow(/site-b has ct, mr, and one has CT\. Add the images of mr to one, or .*--channels ct/i)
    await expect(tiny.services.evaluateRun({ run: 'first', dataset: 'one' })).rejects.toThrow(
      /The models of run first take the channels CT, MR, and one has CT/i,
    )
  })

  test('in another order are told how to be put right', async () => {
    const turned = join(folder, 'turned')
    cpSync(tiny.study.sites[0]!.folder, turned, { recursive: true })
    await tiny.services.registerDataset({ name: 'turned', folder: turned, reading: { channels: ['MR', 'CT'] } })
    const asked = () => tiny.services.createRun({ name: 'mixed', datasets: ['site-b', 'turned'], preset: 'quick' })
    expect(asked).toThrow(/Register turned again with --channels ct,mr\./i)
  })
})
