import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { exampleCase, exampleDataset, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { listDatasetNames, readDataset } from './dataset-store.ts'
import { describeDataset } from './describe-dataset.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { editDistance, nearestName } from './nearest-name.ts'
import { chooseHome, openWorkspace } from './open-workspace.ts'

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'organ-mosaic-'))

describe('openWorkspace', () => {
  test('makes its folders, and again does nothing', () => {
    const home = join(temporaryFolder(), 'deep', 'home')
    const workspace = openWorkspace(home)
    expect(readdirSync(home).sort()).toEqual(['cache', 'datasets', 'jobs', 'runs', 'workspace.json'])
    expect(openWorkspace(home)).toEqual(workspace)
  })

  test('says which folder cannot be made, why, and what to do', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const attempt = () => openWorkspace(join(file, 'home'))
    expect(attempt).toThrow(expect.objectContaining({ code: 'environment' }))
    expect(attempt).toThrow(/writable folder .*file.home \(a file is in the way\).*--home or ORGAN_MOSAIC_HOME/)
  })

  test('is chosen by --home, then ORGAN_MOSAIC_HOME, then the home folder', () => {
    expect(chooseHome('/x', { ORGAN_MOSAIC_HOME: '/y' })).toBe('/x')
    expect(chooseHome(undefined, { ORGAN_MOSAIC_HOME: '/y' })).toBe('/y')
    expect(chooseHome(undefined, { ORGAN_MOSAIC_HOME: '' })).toBe(join(homedir(), 'OrganMosaic'))
  })

  test('must be chosen by a user without a home, as in some containers', () => {
    const none = () => undefined
    expect(chooseHome('/x', {}, none)).toBe('/x')
    expect(chooseHome(undefined, { ORGAN_MOSAIC_HOME: '/y' }, none)).toBe('/y')
    expect(() => chooseHome(undefined, {}, none)).toThrow(/this user has none; choose one with --home/)
  })
})

describe('JSON files', () => {
  test('are written whole and leave nothing else behind', () => {
    const folder = temporaryFolder()
    writeJsonFile(join(folder, 'new', 'a.json'), { x: 1 })
    writeJsonFile(join(folder, 'new', 'a.json'), { x: 2 })
    expect(readdirSync(join(folder, 'new'))).toEqual(['a.json'])
    expect(readJsonFile(join(folder, 'new', 'a.json'), z.object({ x: z.number() }))).toEqual({ x: 2 })
  })

  test('are refused with their path when absent, broken, or not what they should be', () => {
    const path = join(temporaryFolder(), 'a.json')
    expect(() => readJsonFile(path, z.unknown())).toThrow(expect.objectContaining({ code: 'not-found' }))
    writeFileSync(path, '{')
    expect(() => readJsonFile(path, z.unknown())).toThrow(/a\.json should hold JSON/)
    writeFileSync(path, '{"x":"1"}')
    expect(() => readJsonFile(path, z.object({ x: z.number() }))).toThrow(/a\.json does not hold what it should: x: /)
  })
})

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['steps', 'stpes', 2],
])('editDistance(%s, %s) is %s', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
  expect(editDistance(b, a)).toBe(distance)
})

test('nearestName proposes only what is near', () => {
  expect(nearestName('site-aa', ['site-b', 'site-a'])).toBe(' (did you mean site-a?)')
  expect(nearestName('pancreas', ['x', 'liver'])).toBe('')
  expect(nearestName('x', [])).toBe('')
})

describe('datasets', () => {
  test('are read by their folder, with the nearest name when there is none', () => {
    const workspace = temporaryWorkspace()
    saveDatasets(workspace, exampleDataset('site-b', ['liver']), exampleDataset('site-a', ['liver']))
    expect(listDatasetNames(workspace)).toEqual(['site-a', 'site-b'])
    expect(readDataset(workspace, 'site-a')).toEqual(exampleDataset('site-a', ['liver']))
    expect(() => readDataset(workspace, 'site-c')).toThrow(/No dataset is called site-c \(did you mean site-a\?\)/)
    expect(() => readDataset(workspace, '../runs')).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  test('are described over the cases in use', () => {
    const geometry = (depth: number, mm: number) => ({
      ...exampleCase('x', {}).geometry!,
      shape: [depth, 20, 30] as [number, number, number],
      spacingMm: [mm, 1, 1] as [number, number, number],
    })
    const cases = [
      exampleCase('1', { liver: 'labelled' }, { geometry: geometry(10, 5) }),
      exampleCase('2', { liver: 'cut' }, { geometry: geometry(30, 2) }),
      exampleCase('3', { liver: 'absent', spleen: 'merged' }, { geometry: geometry(20, 3) }),
      exampleCase('4', { liver: 'labelled' }, { status: 'excluded', geometry: geometry(99, 99) }),
    ]
    const detail = describeDataset(exampleDataset('a', ['liver', 'spleen'], { cases }))
    expect(detail.summary).toMatchObject({ cases: 4, usableCases: 3, organs: ['liver', 'spleen'], warnings: 1 })
    expect(detail.shape).toEqual({ min: [10, 20, 30], median: [20, 20, 30], max: [30, 20, 30] })
    expect(detail.spacingMm).toEqual({ min: [2, 1, 1], median: [3, 1, 1], max: [5, 1, 1] })
    expect(detail.organs).toEqual([
      { organ: 'liver', states: { labelled: 1, cut: 1, absent: 1 }, volumeMl: { min: 1.5, median: 1.5, max: 1.5 } },
      { organ: 'spleen', states: { unlabelled: 2, merged: 1 }, volumeMl: null },
    ])
    expect(detail.cases.map(({ organs }) => organs)).toEqual([['liver'], ['liver'], ['spleen'], ['liver']])
  })
})
