// Datasets over the API: the real handler on real files in a real workspace.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatasetCardSchema, DatasetPageSchema, InspectionSchema, type DatasetPage } from '../contract/api/datasets.ts'
import { TaskSchema } from '../contract/task.ts'
import {
  imageVolume,
  labelVolume,
  writeTestFolder,
  type TestFolder,
} from '../electron/services/datasets/write-test-folder.ts'
import { openHost, type Host } from './helpers/open-host.ts'
import { writeNifti } from '../trainer/imaging/nifti/write-nifti.ts'

const study = (): TestFolder => ({
  'labels.csv': 'value,name\n1,Mandible\n2,Mandibel thing\n',
  'images/P1_a.nii.gz': imageVolume(1),
  'images/P1_b.nii.gz': imageVolume(2),
  'images/P2_a.nii.gz': imageVolume(3),
  'labels/P1_a.nii.gz': labelVolume({ 1: [1, 1, 4] }),
  'labels/P1_b.nii.gz': labelVolume({ 1: [1, 2, 4], 2: [1, 1, 2] }),
  'labels/P2_a.nii.gz': labelVolume({ 1: [1, 1, 4], 7: [1, 1, 1] }),
})

async function registered(mapping: unknown[] = []): Promise<Host & { folder: string; page: DatasetPage }> {
  const folder = await writeTestFolder(study())
  const host = openHost(folder)
  const { error } = await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping })
  expect(error).toBeNull()
  return { ...host, folder, page: DatasetPageSchema.parse(await host.json('GET', '/datasets/site')) }
}

const page = (answer: unknown): DatasetPage => DatasetPageSchema.parse(answer)

describe('looking into a folder', () => {
  it('tells what is there, and registers nothing', async () => {
    const folder = await writeTestFolder(study())
    const host = openHost(folder)
    const task = await host.task('POST', '/datasets/inspections', { folder })
    const inspection = InspectionSchema.parse(task.result)
    expect(inspection).toMatchObject({ layout: 'paired', modality: 'CT', cases: 3, usableCases: 2, registeredAs: [] })
    expect(inspection.labels).toEqual([
      {
        ...{ key: '1', sourceName: 'Mandible', declared: true, organs: ['mandible'], automatic: ['mandible'] },
        ...{ known: true, suggestions: expect.arrayContaining(['mandible']), cases: 3, voxels: 16, example: 'P1_b' },
        ...{ color: null, leftOut: false, notOrgan: null },
        meanMl: expect.closeTo(32 / 3 / 1000, 9), // 16 voxels of 2 mm³ in 3 cases
      },
      {
        ...{ key: '2', sourceName: 'Mandibel thing', declared: true, organs: ['Mandibel thing'] },
        ...{ automatic: ['Mandibel thing'], known: false, suggestions: expect.arrayContaining(['mandible']) },
        ...{ cases: 1, voxels: 2, example: 'P1_b', meanMl: 0.004, color: null, leftOut: false, notOrgan: null },
      },
      {
        ...{ key: '7', sourceName: 'label 7', declared: false, organs: [], automatic: [], known: false },
        ...{ suggestions: expect.any(Array), cases: 1, voxels: 1, example: 'P2_a', meanMl: 0.002 },
        ...{ color: null, leftOut: false, notOrgan: null },
      },
    ])
    expect(inspection.findings.map(({ code }) => code)).toEqual([
      'unmapped-organ',
      'unknown-label-value',
      'organ-at-border',
      'organ-at-border',
    ])
    expect(await host.json('GET', '/datasets')).toEqual([])

    const picture = await host.send('GET', `/datasets/inspections/${task.id}/picture?label=2`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await picture.arrayBuffer()).toString('latin1', 1, 4)).toBe('PNG')
    expect((await host.send('GET', `/datasets/inspections/${task.id}/picture?label=9`)).status).toBe(404)
  })

  it('says what fits no layout, and refuses folders outside the roots', async () => {
    const folder = await writeTestFolder({ 'notes.txt': 'nothing here' })
    const host = openHost(folder)
    const task = await host.task('POST', '/datasets/inspections', { folder })
    expect(task).toMatchObject({ state: 'failed', error: { code: 'invalid-data' } })
    const outside = await writeTestFolder(study())
    expect((await host.send('POST', '/datasets/inspections', { folder: outside })).status).toBe(403)
  })

  it('reads a folder that is registered as it was read then, unless told otherwise', async () => {
    const folder = await writeTestFolder({
      'images/A_0000.nii.gz': imageVolume(1),
      'images/A_0001.nii.gz': imageVolume(2),
      'labels/A.nii.gz': labelVolume({ 1: [1, 1, 4] }),
    })
    const host = openHost(folder)
    const channels = async (reading?: object) => {
      const { result } = await host.task('POST', '/datasets/inspections', { folder, ...(reading ? { reading } : {}) })
      return InspectionSchema.parse(result).channels.map(({ name }) => name)
    }
    expect(await channels()).toEqual(['channel 1', 'channel 2'])
    const reading = { channels: ['T1', 'T2'] }
    await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping: [], reading })
    expect(await channels()).toEqual(['T1', 'T2'])
    expect(await channels({ channels: ['FLAIR', 'CT'] })).toEqual(['FLAIR', 'CT'])
    expect(await channels({})).toEqual(['channel 1', 'channel 2'])
  })

  it('reads no file again that did not change', async () => {
    const folder = await writeTestFolder(study())
    const host = openHost(folder)
    await host.task('POST', '/datasets/inspections', { folder })
    const memory = join(host.home, 'cache/inspections')
    const [file] = readdirSync(memory)
    // A hash that no reading of the files could give shows where it comes from.
    const told = readFileSync(join(memory, file), 'utf8').replaceAll(/"fileHash": "[0-9a-f]+"/g, '"fileHash": "told"')
    writeFileSync(join(memory, file), told)
    await writeNifti(join(folder, 'images/P1_a.nii.gz'), imageVolume(9))
    await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping: [] })
    const hashes = host.services.datasetDesk.read('site').cases.map(({ fileHash }) => fileHash)
    expect(hashes).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), 'told', 'told'])
  })
})

describe('registering', () => {
  it('takes name, role and mapping, and answers with the dataset', async () => {
    const mapping = [
      { key: '2', organs: ['larynx'] },
      { key: '7', organs: ['kidney_left', 'kidney_right'] },
    ]
    const { page: site } = await registered(mapping)
    expect(site.summary).toMatchObject({ name: 'site', role: 'train', usableCases: 3, folderFound: true, patients: 3 })
    expect(site.labels.map(({ organs, mapped }) => [organs, mapped])).toEqual([
      [['mandible'], 'vocabulary'],
      [['larynx'], 'user'],
      [['kidney_left', 'kidney_right'], 'user'],
    ])
  })

  it('refuses a name that belongs to another folder at once', async () => {
    const other = await writeTestFolder(study())
    const host = openHost(other, await writeTestFolder({}))
    await host.task('POST', '/datasets', { folder: other, name: 'site', role: 'train', mapping: [] })
    const third = join(other, 'images')
    const refused = await host.send('POST', '/datasets', { folder: third, name: 'site', role: 'train', mapping: [] })
    expect(refused.status).toBe(409)
  })

  it('leaves nothing behind when cancelled', async () => {
    const folder = await writeTestFolder(study())
    const host = openHost(folder)
    const { id } = TaskSchema.parse(
      await host.json('POST', '/datasets', { folder, name: 'site', role: 'train', mapping: [] }),
    )
    await host.json('DELETE', `/tasks/${id}`)
    await expect.poll(() => host.services.tasks.get(id).state).toBe('cancelled')
    expect(await host.json('GET', '/datasets')).toEqual([])
  })
})

describe('a registered dataset', () => {
  it('is renamed in folder, listing and index; taken names are refused', async () => {
    const { json, send, home, services } = await registered()
    expect(page(await json('PATCH', '/datasets/site', { name: 'clinic', role: 'test' })).summary).toMatchObject({
      name: 'clinic',
      role: 'test',
    })
    expect(existsSync(join(home, 'datasets/site'))).toBe(false)
    expect(JSON.parse(readFileSync(join(home, 'datasets/clinic/dataset.json'), 'utf8'))).toMatchObject({
      name: 'clinic',
    })
    expect(services.listDatasets().map(({ name }) => name)).toEqual(['clinic'])
    await mkdir(join(home, 'datasets/taken'))
    expect((await send('PATCH', '/datasets/clinic', { name: 'TAKEN' })).status).toBe(409)
    expect((await send('PATCH', '/datasets/clinic', { name: '../x' })).status).toBe(400)
  })

  it('leaves a case out and takes it in again, and keeps that when read again', async () => {
    const { json, task, page: before } = await registered()
    const without = page(await json('PUT', '/datasets/site/excluded', { cases: ['P1_a'], excluded: true }))
    expect(without.summary.usableCases).toBe(1)
    expect(without.cases[0]).toMatchObject({ status: 'excluded', excludedReason: 'Excluded by hand.' })
    await task('POST', '/datasets/site/rescan')
    expect(page(await json('GET', '/datasets/site')).choices.excluded).toEqual(['P1_a'])
    const back = page(await json('PUT', '/datasets/site/excluded', { cases: ['P1_a'], excluded: false }))
    expect(back.cases).toEqual(before.cases)
    // what the checks excluded stays out, whatever is asked
    const bad = page(await json('PUT', '/datasets/site/excluded', { cases: ['P2_a'], excluded: false }))
    expect(bad.cases[2].status).toBe('excluded')
  })

  it('groups its cases by patient, new ones too, and takes that back', async () => {
    const { json, task, folder } = await registered([{ key: '7', organs: ['larynx'] }])
    const rule = { by: 'before', text: '_', occurrence: 'first' }
    const grouped = page(await json('PUT', '/datasets/site/patients', { rule }))
    expect(grouped.cases.map(({ patient }) => patient)).toEqual(['P1', 'P1', 'P2'])
    expect(grouped.summary.patients).toBe(2)
    await writeNifti(join(folder, 'images/P2_b.nii.gz'), imageVolume(4))
    await writeNifti(join(folder, 'labels/P2_b.nii.gz'), labelVolume({ 1: [1, 1, 1] }))
    expect((await task('POST', '/datasets/site/rescan')).state).toBe('done')
    const more = page(await json('GET', '/datasets/site'))
    expect(more.cases.map(({ patient }) => patient)).toEqual(['P1', 'P1', 'P2', 'P2'])
    expect(more.labels[2]).toMatchObject({ organs: ['larynx'], mapped: 'user' })
    const alone = page(await json('PUT', '/datasets/site/patients', { rule: null }))
    expect(alone.cases.map(({ patient }) => patient)).toEqual(['P1_a', 'P1_b', 'P2_a', 'P2_b'])
  })

  it('follows its folder to another place, and only that one', async () => {
    const { json, task, folder } = await registered()
    const moved = join(folder, 'moved')
    await mkdir(moved)
    for (const part of ['labels.csv', 'images', 'labels']) renameSync(join(folder, part), join(moved, part))
    const foreign = await writeTestFolder({
      [`images/P1_a.nii.gz`]: imageVolume(70),
      [`labels/P1_a.nii.gz`]: labelVolume({ 1: [1, 1, 1] }),
    })
    renameSync(foreign, join(folder, 'foreign'))
    const refused = await task('POST', '/datasets/site/relink', { folder: join(folder, 'foreign') })
    expect(refused.error?.message).toContain('holds none of the 3 cases')
    expect((await task('POST', '/datasets/site/relink', { folder: moved })).state).toBe('done')
    expect(page(await json('GET', '/datasets/site')).summary).toMatchObject({ root: moved, cases: 3 })
  })

  it('says that its folder is gone', async () => {
    const { json, folder } = await registered()
    rmSync(folder, { recursive: true })
    expect(DatasetCardSchema.array().parse(await json('GET', '/datasets'))[0].folderFound).toBe(false)
  })

  it('is removed without touching its files, and comes back', async () => {
    const { json, send, folder, page: before, services } = await registered()
    const { removed } = (await json('DELETE', '/datasets/site')) as { removed: string }
    expect(services.listDatasets()).toEqual([])
    expect(existsSync(join(folder, 'images/P1_a.nii.gz'))).toBe(true)
    expect(page(await json('POST', `/datasets/removed/${removed}/restore`))).toEqual(before)
    expect((await send('POST', `/datasets/removed/${removed}/restore`)).status).toBe(404)
    expect((await send('POST', '/datasets/removed/..%2F..%2Fdatasets/restore')).status).toBe(404)
  })

  it('shows a slice of a case and tells what its cases have of an organ', async () => {
    const { send, json } = await registered()
    for (const path of ['/datasets/site/thumbnail', '/datasets/site/cases/P1_a/thumbnail']) {
      const response = await send('GET', path)
      expect(response.status).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100)
    }
    expect((await send('GET', '/datasets/site/cases/P9/thumbnail')).status).toBe(404)
    expect(await json('GET', '/datasets/site/organ-cases?organ=mandible')).toEqual([
      { id: 'P1_a', state: 'labelled', volumeMl: 0.008 },
      { id: 'P1_b', state: 'labelled', volumeMl: 0.016 },
    ])
  })
})

it('makes the demo study and registers its five datasets', { timeout: 120_000 }, async () => {
  const host = openHost()
  const { id } = host.services.datasetDesk.startDemoStudy({ trainingCases: 1, testCases: 1, resolution: 0.3 })
  await expect.poll(() => host.services.tasks.get(id).state, { timeout: 60_000 }).toBe('done')
  expect(host.services.listDatasets().map(({ name, role }) => `${name} ${role}`)).toEqual([
    'reference reference',
    'site-a train',
    'site-b train',
    'site-c train',
    'test-complete test',
  ])
})

const data = fileURLToPath(new URL('../../shared/data/headneck/', import.meta.url))

describe.skipIf(!existsSync(data))('head and neck (../shared/data, skipped where it is absent)', () => {
  it.each([
    ['site-a-brainstem-cord', 'nnunet', 40, ['brainstem', 'spinal_cord']],
    ['site-b-parotids', 'organ-files', 40, ['parotid_gland_left', 'parotid_gland_right']],
    ['site-c-mandible-larynx', 'paired', 30, ['mandible', 'larynx']],
  ])('%s is looked into and drawn', { timeout: 120_000 }, async (name, layout, cases, organs) => {
    const host = openHost(data)
    const task = await host.task('POST', '/datasets/inspections', { folder: join(data, name) })
    const inspection = InspectionSchema.parse(task.result)
    expect(inspection).toMatchObject({ layout, cases, usableCases: cases, name, modality: 'CT' })
    expect(inspection.findings.filter(({ code }) => code !== 'organ-at-border')).toEqual([])
    expect(inspection.labels.map((label) => label.organs)).toEqual(organs.map((organ) => [organ]))
    const picture = await host.send('GET', `/datasets/inspections/${task.id}/picture?label=${inspection.labels[0].key}`)
    expect(picture.status).toBe(200)
  })
})
