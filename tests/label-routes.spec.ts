// Labels that are split, repaired and mapped by a file, and what datasets say of each other, over the API.
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DatasetPageSchema, InspectionSchema, LabelOfferSchema, type DatasetPage } from '../contract/api/datasets.ts'
import { MappingFileSchema } from '../contract/mapping-file.ts'
import {
  imageVolume,
  labelVolume,
  writeTestFolder,
  type TestFolder,
} from '../electron/services/datasets/write-test-folder.ts'
import { openHost } from './helpers/open-host.ts'

const study = (): TestFolder => ({
  'labels.csv': 'value,name\n1,Mandible\n2,Mandibel thing\n',
  'images/A.nii.gz': imageVolume(1),
  'images/B.nii.gz': imageVolume(2),
  'labels/A.nii.gz': labelVolume({ 1: [1, 1, 4] }),
  'labels/B.nii.gz': labelVolume({ 1: [1, 2, 4], 2: [1, 1, 2], 7: [1, 1, 1] }),
})

const page = (answer: unknown): DatasetPage => DatasetPageSchema.parse(answer)

describe('labels as they are read', () => {
  const both = (): TestFolder => ({
    'labels.csv': 'value,name\n1,Kidneys\n',
    'images/A.nii.gz': imageVolume(1),
    'labels/A.nii.gz': labelVolume({ 1: [1, 2, 4] }),
    'images/B.nii.gz': imageVolume(2),
    'labels/B.nii.gz': labelVolume({ 1: [1, 2, 4] }, { origin: [-10, 23, 30] }),
  })

  it('are split for looking at before anything is registered, with what was said so far', async () => {
    const folder = await writeTestFolder({ ...both(), 'labels.csv': 'value,name\n1,both of them\n' })
    const host = openHost(folder)
    const mapping = [{ key: '1', organs: ['kidney_left', 'kidney_right'] }]
    const body = { folder, reading: { splits: ['1'] }, mapping }
    const task = await host.task('POST', '/datasets/inspections', body)
    const inspection = InspectionSchema.parse(task.result)
    expect(inspection.labels.map(({ key, organs, split }) => [key, organs, split?.from])).toEqual([
      ['1 (left)', ['kidney_left'], '1'],
      ['1 (right)', ['kidney_right'], '1'],
    ])
    expect(inspection.splits).toMatchObject([{ key: '1', cases: [{ caseId: 'A', method: 'plane' }, {}] }])
    const label = encodeURIComponent('1 (right)')
    const picture = await host.send('GET', `/datasets/inspections/${task.id}/picture?label=${label}&case=A`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(await host.json('GET', '/datasets')).toEqual([])
  })

  it('are left out: proposed by names, chosen without organs, and taken in again by the next mapping', async () => {
    const folder = await writeTestFolder({
      'P1/ct.nii.gz': imageVolume(1),
      'P1/masks/liver.nii.gz': labelVolume({ 1: [1, 2, 4] }),
      'P1/masks/thing.nii.gz': labelVolume({ 1: [1, 1, 1] }),
      'P1/masks/PTV.nii.gz': labelVolume({ 1: [1, 2, 5] }),
    })
    const host = openHost(folder)
    const looked = async (body: object) =>
      InspectionSchema.parse((await host.task('POST', '/datasets/inspections', body)).result).labels.map(
        ({ key, organs, automatic, leftOut, notOrgan, cases }) => [key, organs, automatic, leftOut, notOrgan, cases],
      )
    const target = ['PTV', [], [], true, 'target volume', 1]
    const liver = ['liver', ['liver'], ['liver'], false, null, 1]
    expect(await looked({ folder })).toEqual([target, liver, ['thing', ['thing'], ['thing'], false, null, 1]])

    const site = async (mapping: object[]) => {
      await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping })
      const { labels, leftOut } = page(await host.json('GET', '/datasets/site'))
      return { labels: labels.map(({ key }) => key), leftOut: leftOut.map(({ key }) => key) }
    }
    const mapping = [
      { key: 'thing', organs: [] },
      { key: 'PTV', organs: ['PTV'] },
    ]
    expect(await site(mapping)).toEqual({ labels: ['PTV', 'liver'], leftOut: ['thing'] })
    expect(await looked({ dataset: 'site' })).toEqual([
      ['PTV', ['PTV'], [], false, target[4], 1],
      liver,
      ['thing', [], ['thing'], true, null, 1],
    ])
    expect((await host.task('POST', '/datasets/site/rescan', {})).error).toBeNull()
    expect(page(await host.json('GET', '/datasets/site')).leftOut).toMatchObject([{ key: 'thing', because: null }])
    // What a mapping does not name is as it is proposed.
    expect(await site([])).toEqual({ labels: ['liver', 'thing'], leftOut: ['PTV'] })
  })

  it('are left out where nothing says what a value means, and no case is excluded for it', async () => {
    const folder = await writeTestFolder(study())
    const host = openHost(folder)
    for (const [mapping, usable, leftOut] of [
      [[], 1, false],
      [[{ key: '7', organs: [] }], 2, true],
    ] as const) {
      const task = await host.task('POST', '/datasets/inspections', { folder, mapping })
      const inspection = InspectionSchema.parse(task.result)
      expect(inspection.usableCases).toBe(usable)
      expect(inspection.labels.find(({ key }) => key === '7')).toMatchObject({
        ...{ sourceName: 'label 7', declared: false, organs: [], automatic: [], notOrgan: null },
        ...{ leftOut, cases: 1, voxels: leftOut ? 0 : 1 },
      })
    }
  })

  it('are repaired as a task, shown before, and taken back', async () => {
    const folder = await writeTestFolder(both())
    const host = openHost(folder)
    await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping: [] })
    const offers = z.array(LabelOfferSchema).parse(await host.json('GET', '/datasets/site/repairs'))
    expect(offers).toMatchObject([{ caseId: 'B', differenceMm: 3, chosen: null }])
    for (const repair of offers[0].repairs) {
      const picture = await host.send('GET', `/datasets/site/cases/B/repair?repair=${repair}`)
      expect(picture.headers.get('content-type')).toBe('image/png')
      const shown = await host.send('GET', `/datasets/site/cases/B/layers/repair:${repair}/volume`)
      expect(shown.status).toBe(200)
      await shown.arrayBuffer()
    }
    const body = { cases: ['B'], repair: 'image-grid' }
    expect((await host.task('PUT', '/datasets/site/repairs', body)).error).toBeNull()
    const repaired = page(await host.json('GET', '/datasets/site'))
    expect(repaired.summary.usableCases).toBe(2)
    expect(repaired.choices.repairs).toMatchObject([{ caseId: 'B', repair: 'image-grid' }])
    await host.task('PUT', '/datasets/site/repairs', { cases: ['B'], repair: null })
    expect(page(await host.json('GET', '/datasets/site')).summary.usableCases).toBe(1)
    expect((await host.send('PUT', '/datasets/site/repairs', { cases: ['A'], repair: null })).status).toBe(404)
  })

  it('mean what a mapping of another dataset says, and the file names no file', async () => {
    const folder = await writeTestFolder(study())
    const host = openHost(folder)
    const mapping = [{ key: '7', organs: ['larynx'] }]
    await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping })
    const text = await (await host.send('GET', '/datasets/site/mapping')).text()
    expect(text).not.toContain(folder)
    expect(MappingFileSchema.parse(JSON.parse(text)).labels).toEqual([
      { key: '1', name: 'Mandible', organs: ['mandible'] },
      { key: '2', name: 'Mandibel thing', organs: ['Mandibel thing'] },
      { key: '7', name: 'label 7', organs: ['larynx'] },
    ])
  })
})

describe('two datasets', () => {
  it('tell each other of shared images, whichever was there first, and no longer when one goes', async () => {
    const one = await writeTestFolder(study())
    const host = openHost(one, tmpdir())
    const two = await writeTestFolder({ ...study(), 'images/B.nii.gz': imageVolume(8) })
    const shared = async (): Promise<number> =>
      page(await host.json('GET', '/datasets/one')).findings.filter(({ code }) => code === 'duplicate-image').length
    await host.task('POST', '/datasets', { folder: one, name: 'one', role: 'train', mapping: [] })
    expect(await shared()).toBe(0)
    await host.task('POST', '/datasets', { folder: two, name: 'two', role: 'test', mapping: [] })
    expect(await shared()).toBe(1)
    await host.json('DELETE', '/datasets/two')
    expect(await shared()).toBe(0)
  })
})
