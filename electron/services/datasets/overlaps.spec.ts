// Structures that share voxels: what registration says of them, who keeps them, and how much of an organ there is.
import { describe, expect, it } from 'vitest'
import { settleKeys } from '../../../contract/overlap-rule.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { inspectFolder } from './inspect-folder.ts'
import { composeDataset } from './compose-dataset.ts'
import type { OverlapRule } from '../../../contract/overlap-rule.ts'
import { imageVolume, labelVolume, writeTestFolder } from './write-test-folder.ts'

async function register(files: Parameters<typeof writeTestFolder>[0], overlap?: OverlapRule, subset?: string) {
  const reading = { ...(overlap ? { overlap } : {}), ...(subset ? { subset } : {}) }
  const choices = { excluded: [], patients: null, registeredAs: 'train' as const, ...reading }
  const overrides = 'P1/masks/liver_2.nii.gz' in files ? [{ key: 'liver_2', organs: ['liver'] }] : []
  const inspection = await inspectFolder(await writeTestFolder(files), choices, { patientKey: '0'.repeat(64) })
  const request = { name: 'site', role: 'train' as const, overrides, choices }
  return composeDataset(inspection, request, { vocabulary: loadVocabulary() })
}

// 3 + 3 voxels of liver inside 6 + 6 of an outline
const plan = {
  'P1/ct.nii.gz': imageVolume(1),
  'P1/masks/BODY.nii.gz': labelVolume({ 1: [1, 2, 6] }),
  'P1/masks/liver.nii.gz': labelVolume({ 1: [1, 2, 3] }),
}

describe('a structure outside the vocabulary and an organ', () => {
  it.each([
    [undefined, [{ keeps: 'liver', yields: 'BODY', voxels: 6 }], /share 6 voxels.*liver, the smaller one, keeps them/],
    ['larger', [{ keeps: 'BODY', yields: 'liver', voxels: 6 }], /BODY, the larger one, keeps them/],
    ['either', undefined, /counts as either of them \(--overlap either\)/],
  ] as const)('rule %s', async (rule, overlaps, words) => {
    const { cases, findings } = await register(plan, rule)
    expect(cases[0].overlaps).toEqual(overlaps)
    expect(findings.find(({ code }) => code === 'label-overlap')?.message).toMatch(words)
  })

  it('is said once for all cases that have it, with who keeps what', async () => {
    const second = {
      'P2/ct.nii.gz': imageVolume(2),
      'P2/masks/BODY.nii.gz': labelVolume({ 1: [1, 1, 2] }),
      'P2/masks/liver.nii.gz': labelVolume({ 1: [1, 2, 3] }),
      'P3/ct.nii.gz': imageVolume(3),
      'P3/masks/BODY.nii.gz': labelVolume({ 1: [1, 1, 4] }),
      'P3/masks/liver.nii.gz': labelVolume({ 1: [1, 1, 3] }),
    }
    const { findings } = await register({ ...plan, ...second })
    expect(findings.filter(({ code }) => code === 'label-overlap')).toMatchObject([
      {
        caseId: null,
        cases: ['P1', 'P2', 'P3'],
        message:
          'BODY and liver share voxels in 3 cases, at most 6 in case P1, and the organs exclude each other: the smaller one keeps them, liver in 2 cases and BODY in 1 case (--overlap smaller). Look at the borders of both.',
      },
    ])
    const larger = await register({ ...plan, ...second }, 'either')
    expect(larger.findings.find(({ code }) => code === 'label-overlap')?.message).toMatch(/3 cases.*either of them/)
  })

  it('the rule is part of the fingerprint only where it decides something', async () => {
    const prints = async (files: Parameters<typeof writeTestFolder>[0]) =>
      (await Promise.all((['smaller', 'larger', 'either'] as const).map((rule) => register(files, rule)))).map(
        ({ fingerprint }) => fingerprint,
      )
    expect(new Set(await prints(plan)).size).toBe(3)
    const apart = { ...plan, 'P1/masks/BODY.nii.gz': labelVolume({ 1: [3, 3, 6] }) }
    expect(new Set(await prints(apart)).size).toBe(1)
  })
})

it('a target between a tumour and its organ takes from neither what the tumour has', () => {
  const rank = ['tumour', 'target', 'organ']
  const pair = (keeps: number, yields: number) => ({ keeps: rank[keeps], yields: rank[yields], voxels: 1 })
  expect(settleKeys([pair(0, 1), pair(1, 2)], rank)).toEqual(['tumour', 'organ'])
  expect(settleKeys([pair(0, 1), pair(1, 2)], ['target', 'organ'])).toEqual(['target'])
  expect(settleKeys([], rank)).toEqual(rank)
})

it('two drawings of one organ count what both cover once', async () => {
  const { cases } = await register({
    ...plan,
    'P1/masks/BODY.nii.gz': labelVolume({}),
    'P1/masks/liver_2.nii.gz': labelVolume({ 1: [1, 2, 4] }),
  })
  expect(cases[0].availability['liver']).toMatchObject({ voxels: 8 })
})

describe('pipelines of a BIDS folder', () => {
  const files = {
    'sub-01/anat/sub-01_T1w.nii.gz': imageVolume(1),
    'derivatives/auto/sub-01/anat/sub-01_label-liver_mask.nii.gz': labelVolume({ 1: [1, 2, 3] }),
    'derivatives/manual/sub-01/anat/sub-01_desc-man_dseg.nii.gz': labelVolume({ 1: [1, 2, 2] }),
    'derivatives/manual/desc-man_dseg.tsv': 'index\tname\n1\tLiver\n',
  }

  it.each([
    [undefined, 4, /pipeline manual are used; auto \(1 files\) is left out/],
    ['auto', 6, /pipeline auto are used; manual/],
  ])('%s', async (subset, voxels, words) => {
    const { cases, findings } = await register(files, undefined, subset)
    expect(cases[0].availability['liver']).toMatchObject({ voxels })
    expect(findings.map(({ message }) => message).join('\n')).toMatch(words)
  })

  it('one that is not there is refused with those that are', async () => {
    await expect(register(files, undefined, 'deep')).rejects.toThrow(/pipelines manual, auto, and "deep" was chosen/)
  })
})
