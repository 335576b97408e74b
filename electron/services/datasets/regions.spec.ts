// dataset.json of nnU-Net with regions: disjoint ones are labels of several values, nested ones structures that overlap.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { OverlapRule } from '../../../contract/overlap-rule.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { readLabelSource } from '../../../trainer/imaging/treated/read-label-source.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { composeDataset } from './compose-dataset.ts'
import { inspectFolder } from './inspect-folder.ts'
import { findingsOf, imageVolume, labelVolume, writeTestFolder, type TestFolder } from './write-test-folder.ts'

async function register(labels: object, files: TestFolder, overlap?: OverlapRule) {
  const description = {
    channel_names: { 0: 'CT' },
    labels: { background: 0, ...labels },
    regions_class_order: [1, 2, 3],
  }
  const root = await writeTestFolder({
    'dataset.json': JSON.stringify(description),
    'imagesTr/A_0000.nii.gz': imageVolume(1),
    ...files,
  })
  const choices = { excluded: [], patients: null, registeredAs: 'train' as const, ...(overlap ? { overlap } : {}) }
  const inspection = await inspectFolder(root, choices, { patientKey: '0'.repeat(64) })
  const request = { name: 'site', role: 'train' as const, overrides: [], choices }
  return composeDataset(inspection, request, { vocabulary: loadVocabulary() })
}

// 4, 3 and 2 voxels in each of two slices
const nested = { whole_tumour: [1, 2, 3], core: [2, 3], enhancing: 3 }
const map = { 'labelsTr/A.nii.gz': labelVolume({ 1: [1, 2, 4], 2: [1, 2, 3], 3: [1, 2, 2] }) }

describe('regions that share values', () => {
  it('are structures of their own; the inner one keeps what both cover, or as the rule says', async () => {
    const { cases, labels, findings } = await register(nested, map)
    expect(labels.map(({ key }) => key)).toEqual(['whole_tumour', 'core', 'enhancing'])
    expect(cases[0]).toMatchObject({ status: 'ok' })
    const voxels = Object.entries(cases[0].availability).map(([organ, each]) => [organ, each.voxels])
    expect(voxels).toEqual([
      ['whole_tumour', 18],
      ['core', 10],
      ['enhancing', 4],
    ])
    const pair = (keeps: string, yields: string, shared: number) => ({ keeps, yields, voxels: shared })
    expect(cases[0].overlaps).toEqual(
      expect.arrayContaining([
        pair('core', 'whole_tumour', 10),
        pair('enhancing', 'whole_tumour', 4),
        pair('enhancing', 'core', 4),
      ]),
    )
    expect(findings.find(({ severity, code }) => severity === 'info' && code === 'label-overlap')?.message).toMatch(
      /regions that share values: whole_tumour \(1, 2, 3\), core \(2, 3\), enhancing \(3\).*--overlap larger/,
    )
    expect((await register(nested, map, 'larger')).cases[0].overlaps).toContainEqual(pair('whole_tumour', 'core', 10))
    expect((await register(nested, map, 'either')).cases[0].overlaps).toBeUndefined()
  })

  it('where both have the same voxels, the declared one inside keeps them', async () => {
    const same = { 'labelsTr/A.nii.gz': labelVolume({ 2: [1, 2, 3] }) }
    const { cases, findings } = await register({ a_whole: [1, 2, 3], z_core: [2, 3], zz_enhancing: 3 }, same)
    expect(cases[0].overlaps).toEqual([{ keeps: 'z_core', yields: 'a_whole', voxels: 6 }])
    expect(cases[0].availability['zz_enhancing']).toMatchObject({ state: 'absent' })
    expect(findings.map(({ code }) => code)).not.toContain('empty-label')
  })

  it('an organ and its tumour share voxels as the vocabulary lets them', async () => {
    const { cases, findings } = await register({ liver: [1, 2], liver_tumour: [2] }, map2())
    expect(cases[0].availability).toMatchObject({ liver: { voxels: 14 }, liver_tumour: { voxels: 6 } })
    expect(cases[0].overlaps).toBeUndefined()
    expect(findings.filter(({ severity, code }) => severity === 'warning' && code === 'label-overlap')).toEqual([])
  })

  it('a value that no region declares excludes the case, once', async () => {
    const odd = { 'labelsTr/A.nii.gz': labelVolume({ 1: [1, 2, 4], 7: [1, 1, 2] }) }
    const { cases, findings } = await register(nested, odd)
    expect(cases[0].status).toBe('excluded')
    expect(findings.filter(({ code }) => code === 'unknown-label-value').map(({ message }) => message)).toEqual([
      'Case A: the label map labelsTr/A.nii.gz holds the undeclared value 7; expected 0, 1, 2, 3. Correct the label map, or declare the value in dataset.json.',
    ])
  })

  it('are part of the fingerprint', async () => {
    const other = { ...nested, core: [1, 2] }
    expect((await register(nested, map)).fingerprint).not.toBe((await register(other, map)).fingerprint)
  })

  it('give the voxels that they say to whoever reads them later', async () => {
    const { cases, root } = await register(nested, map)
    const voxels = await Promise.all(
      cases[0].labels.map(async (source) => {
        const { volume, keyOf } = await readLabelSource(root, source, cases[0].geometry)
        const inside = volume.data.filter((value) => value !== 0)
        return [keyOf(inside[0]), inside.length]
      }),
    )
    expect(voxels).toEqual([
      ['whole_tumour', 18],
      ['core', 10],
      ['enhancing', 4],
    ])
    expect(new Set(cases[0].labels.map(({ path }) => pathOf(path)))).toEqual(new Set(['labelsTr/A.nii.gz']))
    await readFile(join(root, pathOf(cases[0].labels[0].path)))
  })
})

const map2 = (): TestFolder => ({ 'labelsTr/A.nii.gz': labelVolume({ 1: [1, 2, 4], 2: [1, 2, 3] }) })

it('regions that share nothing are one organ of several values', async () => {
  const { cases, labels, findings } = await register({ spleen: [1, 3], liver: 2 }, map)
  expect(labels).toMatchObject([
    { key: '1', sourceName: 'spleen', organs: ['spleen'] },
    { key: '2', sourceName: 'liver', organs: ['liver'] },
    { key: '3', sourceName: 'spleen', organs: ['spleen'] },
  ])
  expect(cases[0].labels).toMatchObject([{ kind: 'map', path: 'labelsTr/A.nii.gz' }])
  expect(cases[0].availability).toMatchObject({ spleen: { voxels: 12 }, liver: { voxels: 6 } })
  expect(findingsOf({ findings })).toEqual([])
})
