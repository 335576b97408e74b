// Models that leave: the archive predicts the same bytes on another workstation and tells nothing of patients; ONNX gives
// what the trainer gives, by onnxruntime.
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Shape } from '../contract/geometry.ts'
import type { OnnxMetadata } from '../contract/model-file.ts'
import { TaskSchema, type Task } from '../contract/task.ts'
import { createHandler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { exportArchive } from '../electron/services/models/export-archive.ts'
import { exportOnnx } from '../electron/services/models/export-onnx.ts'
import { importArchive } from '../electron/services/models/import-archive.ts'
import { createRandom } from '../trainer/imaging/random.ts'
import { readTrainedRun, loadStageModels } from '../trainer/jobs/trained-run.ts'
import { addNetwork } from '../trainer/model-files/network-to-onnx.ts'
import { OnnxGraph } from '../trainer/model-files/onnx-graph.ts'
import { createParameters, forward } from '../trainer/network/unet.ts'
import { tf, type Tensor5D } from '../trainer/tensor/tensorflow.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { trainTiny } from './helpers/train-tiny.ts'
import { until } from './helpers/until.ts'

let tiny: TinyStudy
const folder = mkdtempSync(join(tmpdir(), 'model-files-'))
const archive = join(folder, 'first.omodel.tgz')

beforeAll(async () => {
  tiny = await openTinyStudy({ testCases: 2 })
  const { state } = await trainTiny(tiny.services, { name: 'first', datasets: tiny.datasets })
  expect(state).toBe('finished')
  await exportArchive(tiny.services.workspace, 'first', archive)
}, 180_000)
afterAll(() => tiny.services.close())

type Network = [spec: Parameters<typeof forward>[0], parameters: Parameters<typeof forward>[1]]

/** Mean of the models' probabilities, channels first as ONNX has them. */
function ours(models: readonly Network[], patch: Shape, image: Float32Array): ArrayLike<number> {
  return tf.tidy(() => {
    const x = tf.tensor(image).reshape([1, ...patch, 1]) as Tensor5D
    const all = models.map(([spec, parameters]) => tf.softmax(forward(spec, parameters, x).logits[0]!))
    return tf.transpose(tf.addN(all).div(all.length), [0, 4, 1, 2, 3]).dataSync()
  })
}

async function theirs(file: Uint8Array, patch: readonly number[], image: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(file)
  const { probabilities } = await session.run({ image: new OnnxTensor('float32', image, [1, 1, ...patch]) })
  return probabilities!.data as Float32Array
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
const noise = (name: string, length: number): Float32Array => {
  const random = createRandom(1, name)
  return Float32Array.from({ length }, () => random.normal())
}

describe('ONNX', () => {
  test.each<{ name: string; patch: [number, number, number]; strides: [number, number, number][] }>([
    {
      name: 'nearly cubic',
      patch: [16, 24, 16],
      strides: [
        [1, 1, 1],
        [2, 2, 2],
        [2, 2, 2],
      ],
    },
    {
      name: 'flat',
      patch: [6, 20, 28],
      strides: [
        [1, 1, 1],
        [1, 2, 2],
        [2, 2, 2],
      ],
    },
  ])('a network of $name patches gives the same', async ({ patch, strides }) => {
    const spec = {
      inputChannels: 1,
      channels: [4, 6, 8],
      strides,
      convolutions: 2,
      classes: 3,
      deepSupervision: false,
    }
    const parameters = createParameters(spec, (name) => createRandom(2, name))
    // A trained network has shifts and biases.
    for (const [name, variable] of parameters) {
      if (variable.rank === 1) variable.assign(tf.tensor(noise(name, variable.size)))
    }
    const arrays = new Map(
      [...parameters].map(([name, v]) => [name, { shape: v.shape, data: v.dataSync<'float32'>() }]),
    )
    const graph = new OnnxGraph()
    graph.rename(addNetwork(graph, '', arrays, spec.strides, { name: 'image', size: patch }), 'probabilities')
    const parts = graph.finish({
      ...{ name: 'test', version: '0', about: '', metadata: {} },
      input: { name: 'image', shape: [1, 1, ...patch] },
      output: { name: 'probabilities', shape: [1, 3, ...patch] },
    })
    const image = noise('image', patch[0] * patch[1] * patch[2])
    const found = await theirs(Buffer.concat(parts), patch, image)
    expect(largestDifference(found, ours([[spec, parameters]], patch, image))).toBeLessThan(1e-4)
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(0.5)
  })

  test('of a run: the mean of its models, with everything around them', async () => {
    const path = join(folder, 'first.onnx')
    const exported = await exportOnnx(tiny.services.workspace, { run: 'first' }, path)
    expect(exported).toMatchObject({ format: 'onnx', stages: [2] })
    const run = join(tiny.services.workspace.runs, 'first')
    const { job, plan, study } = await readTrainedRun(run)
    const models = await loadStageModels(run, study, 2, plan, job)
    const [depth, height, width] = plan.patch
    const image = noise('patch', depth * height * width)
    const expected = ours(
      models.map(({ spec, parameters }) => [spec, parameters]),
      plan.patch,
      image,
    )
    const file = readFileSync(path)
    expect(largestDifference(await theirs(file, plan.patch, image), expected)).toBeLessThan(1e-4)
    const text = file.toString('utf8')
    const json = text.slice(text.indexOf('{"version"'), text.lastIndexOf('}') + 1)
    const metadata = JSON.parse(json) as OnnxMetadata
    expect(metadata.classes.map(({ id }) => id)).toEqual(job.organs)
    expect(metadata.plan).toMatchObject({ spacingMm: plan.spacingMm, patch: plan.patch })
  })

  test('is refused for models that are fused after their networks', async () => {
    const asked = exportOnnx(tiny.services.workspace, { run: 'first', stage: 1 }, join(folder, 'one.onnx'))
    await expect(asked).rejects.toMatchObject({ code: 'usage' })
    expect(readdirSync(folder)).not.toContain('one.onnx')
  })
})

/** @returns the task as it ended @throws what the API refuses */
async function byApi(services: Services, path: string, body: object): Promise<Task> {
  const info = describeApp(services, 'web')
  const handle = createHandler(implementApi(services, () => info))
  const headers = { 'content-type': 'application/json' }
  const asked = new Request(`http://localhost/api${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  const response = await handle(asked)
  if (!response.ok) throw new Error(await response.text())
  const { id } = TaskSchema.parse(await response.json())
  await until(() => services.tasks.get(id).state !== 'running', `the end of ${path}`, 60_000, 20)
  return services.tasks.get(id)
}

describe('an archive', () => {
  const elsewhere = () => createServices({ home: mkdtempSync(join(tmpdir(), 'elsewhere-')) })

  test('predicts the same bytes on another workstation', { timeout: 120_000 }, async () => {
    const other = elsewhere()
    const name = await importArchive(other.workspace, archive)
    expect(other.getRun(name).summary).toMatchObject({ name: 'first', state: 'finished' })
    const { job } = await readTrainedRun(join(tiny.services.workspace.runs, 'first'))
    const input = join(job.datasets[0]!.root, job.datasets[0]!.cases[0]!.images[0]!)
    const maps: Buffer[] = []
    for (const [services, at] of [
      [tiny.services, 'here'],
      [other, 'there'],
    ] as const) {
      for (const stage of [1, 2] as const) {
        const output = join(folder, `${at}-${stage}`)
        const { labelMaps } = await services.predictWithRun({ run: 'first', stage, input, output })
        maps.push(gunzipSync(readFileSync(labelMaps[0]!)))
      }
    }
    expect(maps[2]).toEqual(maps[0])
    expect(maps[3]).toEqual(maps[1])
    expect(new Set(maps[1]).size).toBeGreaterThan(2)
    await expect(importArchive(other.workspace, archive)).rejects.toMatchObject({ code: 'conflict' })
    expect(await importArchive(other.workspace, archive, 'again')).toBe('again')
    other.close()
  })

  test('leaves and comes in by the API, as tasks, and never over a file', { timeout: 60_000 }, async () => {
    const other = elsewhere()
    for (const services of [tiny.services, other]) services.folders.allow(folder)
    const output = join(folder, 'by-api.omodel.tgz')
    const written = await byApi(tiny.services, '/runs/first/model', { format: 'archive', output })
    expect(written).toMatchObject({ kind: 'export-model', state: 'done', result: { path: output, stages: [1, 2] } })
    expect(readFileSync(output)).toEqual(readFileSync(archive))
    const again = byApi(tiny.services, '/runs/first/model', { format: 'archive', output })
    await expect(again).rejects.toThrow('is there already')
    const outside = byApi(tiny.services, '/runs/first/model', { format: 'onnx', output: '/etc/first.onnx' })
    await expect(outside).rejects.toThrow('outside the folders')
    const onnx = { format: 'onnx', stage: 1, output: join(folder, 'by-api.onnx') }
    expect(await byApi(tiny.services, '/runs/first/model', onnx)).toMatchObject({
      state: 'failed',
      error: { code: 'usage' },
    })

    const taken = await byApi(other, '/models', { file: output, name: 'from-upstairs' })
    expect(taken).toMatchObject({
      kind: 'import-model',
      state: 'done',
      result: { name: 'from-upstairs', state: 'finished' },
    })
    expect(other.listRuns().map(({ name }) => name)).toEqual(['from-upstairs'])
    expect(await byApi(other, '/models', { file: output, name: 'from-upstairs' })).toMatchObject({
      state: 'failed',
      error: { code: 'conflict' },
    })
    await other.tasks.close()
    other.close()
  })

  test('holds no name of a case, a file or a folder', async () => {
    const content = gunzipSync(readFileSync(archive)).toString('latin1')
    const { job } = await readTrainedRun(join(tiny.services.workspace.runs, 'first'))
    const secrets = job.datasets.flatMap(({ root, cases }) => [
      root,
      ...cases.flatMap(({ id, images }) => [id, ...images]),
    ])
    expect(secrets.length).toBeGreaterThan(6)
    for (const secret of [...secrets, tiny.services.workspace.home, tmpdir()]) expect(content).not.toContain(secret)
    // The images stay known, so that a test set with one of them is refused.
    expect(content).toContain(job.datasets[0]!.cases[0]!.imageHash!)
  })

  test.each([
    {
      what: 'a changed weight',
      change: (bytes: Buffer) => void (bytes[bytes.length - 4000]! ^= 1),
      code: 'invalid-file',
    },
    {
      what: 'a newer version',
      change: (bytes: Buffer) => void bytes.write('"version": 9', bytes.indexOf('"version": 2')),
      code: 'invalid-file',
    },
    { what: 'another file', change: (bytes: Buffer) => void bytes.fill(7), code: 'usage' },
  ])('is refused with $what, and nothing is left', async ({ change, code }) => {
    const other = elsewhere()
    const bytes = gunzipSync(readFileSync(archive))
    change(bytes)
    const path = join(folder, 'changed.tgz')
    writeFileSync(path, gzipSync(bytes))
    await expect(importArchive(other.workspace, path)).rejects.toMatchObject({ code })
    expect(readdirSync(other.workspace.runs)).toEqual([])
    expect(readdirSync(other.workspace.home, { recursive: true }).join()).not.toContain('model-')
    other.close()
  })
})
