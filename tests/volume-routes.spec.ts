// The viewer's routes on a registered dataset, a run with pseudo labels and evaluations that kept their label maps.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CaseViewSchema, type CaseView } from '../contract/api/volumes.ts'
import type { Dataset } from '../contract/dataset.ts'
import { ErrorReportSchema } from '../contract/errors.ts'
import { writeNifti } from '../trainer/imaging/nifti/write-nifti.ts'
import { storeZarrGroup } from '../trainer/imaging/zarr-group.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { GRID, imageVolume, labelVolume } from '../electron/services/datasets/write-test-folder.ts'
import { readDataset, saveDataset } from '../electron/services/workspace/dataset-store.ts'
import { writeJsonFile } from '../electron/services/workspace/json-file.ts'
import { readEncoded } from '../electron/services/volumes/read-encoded.ts'

let services: Services
let handle: Handler
const scratch = mkdtempSync(join(tmpdir(), 'organ-mosaic-volumes-'))
const CASE = 'case 1'

beforeAll(async () => {
  services = createServices({ home: join(scratch, 'home') })
  for (const [at, name] of ['site', 'other'].entries()) {
    for (const n of [1, 2]) {
      const folder = join(scratch, name, `case ${n}`)
      mkdirSync(join(folder, 'segmentations'), { recursive: true })
      await writeNifti(join(folder, 'ct.nii.gz'), imageVolume(10 * at + n))
      await writeNifti(join(folder, 'segmentations/liver.nii.gz'), labelVolume({ 1: [0, 2, 3] }))
      await writeNifti(join(folder, 'segmentations/spleen.nii.gz'), labelVolume({ 1: [1, 2, 2] }))
    }
    await services.registerDataset({ name, folder: join(scratch, name) })
  }
  const info = describeApp(services, 'web')
  handle = createHandler(implementApi(services, () => info))
  services.createRun({ name: 'first', datasets: ['site', 'other'], preset: 'quick', stages: '1' })
  await makePseudoLabels()
  await savePrediction(1, { 1: [0, 2, 3] })
  await savePrediction(2, { 2: [0, 2, 3] })
})

afterAll(async () => {
  await services.volumes.close()
  services.close()
  rmSync(scratch, { recursive: true, force: true })
})

/** On a grid of half the slices: codes 0 ignored, 1 background, 2 liver; the first voxel carries a true label. */
async function makePseudoLabels(): Promise<void> {
  const { workspace } = services
  const entry = readDataset(workspace, 'site').cases[0]
  const geometry = {
    ...GRID,
    shape: [2, 5, 6] as [number, number, number],
    spacingMm: [4, 1, 1],
    origin: [-10, 20, 31],
  }
  const codes = new Uint8Array(60)
  codes.fill(2, 0, 3)
  codes.fill(1, 3, 30)
  const provenance = new Uint8Array(60).fill(1, 0, 30)
  provenance[0] = 255
  const file = `${encodeURIComponent(CASE)}`
  const attributes = {
    format: 'organ-mosaic-pseudo-labels-1',
    shape: geometry.shape,
    sets: [null, [0], [1]],
    acceptedClasses: [1],
  }
  const arrays = { codes, provenance, confidence: new Uint8Array(60) }
  await storeZarrGroup(
    join(workspace.runs, 'first/pseudo-labels/site', `${file}.zarr`),
    geometry.shape,
    arrays,
    attributes,
  )
  const meta = { format: 'organ-mosaic-preprocessed-1', imageHash: entry.imageHash, geometry }
  const cached = join(workspace.cache, '0123456789abcdef/site', `${file}-0123456789abcdef.zarr`)
  await storeZarrGroup(cached, geometry.shape, { labels: codes }, meta)
}

async function savePrediction(model: number, boxes: Parameters<typeof labelVolume>[0]): Promise<void> {
  const { workspace } = services
  const folder = join(workspace.jobs, `evaluate-${model}`)
  const { name, cases } = readDataset(workspace, 'site')
  writeJsonFile(join(folder, 'run.json'), {
    kind: 'evaluate',
    createdAt: new Date(model * 1000).toISOString(),
    runFolder: join(workspace.runs, 'first'),
    stage: 1,
    model,
    savePredictions: true,
    dataset: { name, cases },
  })
  mkdirSync(join(folder, 'predictions'))
  await writeNifti(join(folder, 'predictions', `${encodeURIComponent(CASE)}.nii.gz`), labelVolume(boxes))
}

const get = (path: string): Promise<Response> => handle(new Request(`http://127.0.0.1/api${path}`))
const base = (caseId: string) => `/datasets/site/cases/${encodeURIComponent(caseId)}/layers`
const volumeOf = async (layer: string) =>
  readEncoded((await get(`${base(CASE)}/${encodeURIComponent(layer)}/volume`)).body)
const viewOf = async (caseId: string): Promise<CaseView> => CaseViewSchema.parse(await (await get(base(caseId))).json())

const errorOf = async (response: Response) => ErrorReportSchema.parse(await response.json()).error

describe('listLayers', () => {
  test('names the image, the true labels and what a run left, with neighbours and findings', async () => {
    const view = await viewOf(CASE)
    expect(view).toMatchObject({ dataset: 'site', position: 1, total: 2, previous: null, next: 'case 2' })
    expect(view.layers.map(({ id }) => id)).toEqual([
      'image',
      'truth',
      'prediction:first:1:2',
      'prediction:first:1:1',
      'disagreement:first:1',
      'pseudo:first',
      'provenance:first',
    ])
    expect(view.layers[1].segments.map(({ value, organs, name }) => [value, organs, name])).toEqual([
      [1, ['liver'], 'Liver'],
      [2, ['spleen'], 'Spleen'],
    ])
    expect(view.findings.some(({ code }) => code === 'label-overlap')).toBe(true)
  })

  test('a case without a run has its own files only', async () => {
    expect((await viewOf('case 2')).layers.map(({ id }) => id)).toEqual(['image', 'truth'])
  })

  test('an unknown case is refused with its nearest name', async () => {
    const response = await get(base('case 3'))
    expect(response.status).toBe(404)
    expect((await errorOf(response)).message).toMatch(/no case case 3.*case/)
  })
})

describe('getVolume', () => {
  test('the image as it is', async () => {
    expect((await volumeOf('image')).voxels).toEqual([...imageVolume(1).data])
  })

  test('mask files in one map, with a voxel to go to for each', async () => {
    const { voxels, content, header } = await volumeOf('truth')
    for (const { value, centre } of content.segments) {
      expect(voxels[(centre[0] * 5 + centre[1]) * 6 + centre[2]]).toBe(value)
    }
    expect(header.notes.join()).toMatch(/more than one mask file/)
  })

  test('pseudo labels and provenance on the grid of the image', async () => {
    // the coarse slice covers two fine ones; organs of the run: spleen, liver in the order of the vocabulary
    const pseudo = await volumeOf('pseudo:first')
    const ignored = 3
    expect(pseudo.header.geometry.shape).toEqual(GRID.shape)
    expect(pseudo.voxels.slice(0, 6)).toEqual([0, 1, 1, 0, 0, 0])
    expect(pseudo.voxels.slice(30, 36)).toEqual([0, 1, 1, 0, 0, 0])
    expect(pseudo.voxels.slice(60).every((value) => value === ignored)).toBe(true)
    const provenance = await volumeOf('provenance:first')
    expect(provenance.voxels.slice(0, 3)).toEqual([11, 1, 1])
    expect(provenance.voxels.slice(60).every((value) => value === 12)).toBe(true)
  })

  test('where two predictions differ', async () => {
    const { content } = await volumeOf('disagreement:first:1')
    expect(content.segments.map(({ value, voxels }) => [value, voxels])).toEqual([[1, 9]])
  })

  test.each(['nothing', '../../../etc/passwd', 'prediction:other:1:1'])('the layer %s is refused', async (layer) => {
    const response = await get(`${base(CASE)}/${encodeURIComponent(layer)}/volume`)
    expect(response.status).toBe(404)
  })

  test('pseudo labels whose grid is gone say so', async () => {
    const { cache } = services.workspace
    cpSync(cache, join(scratch, 'kept'), { recursive: true })
    rmSync(join(cache, '0123456789abcdef'), { recursive: true })
    const response = await get(`${base(CASE)}/pseudo%3Afirst/volume`)
    expect(response.status).toBe(404)
    expect((await errorOf(response)).message).toMatch(/no longer in/)
    cpSync(join(scratch, 'kept'), cache, { recursive: true })
  })

  test('a dataset that names a file outside of its folder is refused', async () => {
    const { workspace } = services
    const dataset: Dataset = readDataset(workspace, 'site')
    const leading = { ...dataset.cases[0], id: 'out', images: ['../secret.nii.gz'] }
    saveDataset(workspace, { ...dataset, cases: [...dataset.cases, leading] })
    const response = await get('/datasets/site/cases/out/layers/image/volume')
    expect(response.status).toBe(422)
    expect((await errorOf(response)).message).toMatch(/not inside/)
    saveDataset(workspace, dataset)
  })
})
