// Workspaces of other versions, as real folders: older ones are brought forward, newer ones are left as they are.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createServices } from '../create-services.ts'
import { openWorkspace } from './open-workspace.ts'
import { bringForward, refuseNewerWorkspace, type FormatStep } from './workspace-format.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'organ-mosaic-format-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const readFormat = (): unknown => JSON.parse(readFileSync(join(home, 'workspace.json'), 'utf8'))
const snapshot = (): string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

it('marks a new workspace', () => {
  openWorkspace(home)
  expect(readFormat()).toEqual({ format: 1, application: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown })
})

it('leaves a newer workspace as it is, and says which version is needed', () => {
  writeFileSync(join(home, 'workspace.json'), JSON.stringify({ format: 7, application: '3.1.0' }))
  writeFileSync(join(home, 'settings.json'), '{"unknown": true}')
  const before = snapshot()
  expect(() => createServices({ home })).toThrow(/used by OrganMosaic 3\.1\.0 and is in format 7.*Nothing was changed/)
  expect(snapshot()).toEqual(before)
  expect(readFormat()).toEqual({ format: 7, application: '3.1.0' })
})

it('brings an older workspace forward, step by step, after a copy', () => {
  mkdirSync(join(home, 'datasets/a'), { recursive: true })
  writeFileSync(join(home, 'datasets/a/dataset.json'), '{"old": true}')
  mkdirSync(join(home, 'runs/first/checkpoints'), { recursive: true })
  writeFileSync(join(home, 'runs/first/run.json'), '{}')
  writeFileSync(join(home, 'runs/first/checkpoints/weights'), 'large')
  const dataset = join(home, 'datasets/a/dataset.json')
  const steps: FormatStep[] = [
    { about: 'Datasets name their channels', run: () => writeFileSync(dataset, '{"new": 2}') },
    { about: 'Datasets name their sides', run: () => writeFileSync(dataset, '{"new": 3}') },
  ]
  const [copied = '', ...said] = bringForward(home, steps)
  expect(said).toEqual(['Datasets name their channels (format 2).', 'Datasets name their sides (format 3).'])
  expect(readFileSync(dataset, 'utf8')).toBe('{"new": 3}')
  expect(readFormat()).toMatchObject({ format: 3 })
  const [, copy = ''] = /lies in (.*)\.$/.exec(copied) ?? []
  expect(readFileSync(join(copy, 'datasets/a/dataset.json'), 'utf8')).toBe('{"old": true}')
  expect(readdirSync(join(copy, 'runs/first'))).toEqual(['run.json'])
  expect(bringForward(home, steps)).toEqual([])
  expect(() => refuseNewerWorkspace(home)).toThrow(/format 3; this is .* knows formats up to 1/)
})

it('goes on where a step was interrupted', () => {
  const done: string[] = []
  const steps = (failing: boolean): FormatStep[] => [
    { about: 'First', run: () => void done.push('first') },
    {
      about: 'Second',
      run() {
        if (failing) throw new Error('the power went')
        done.push('second')
      },
    },
  ]
  expect(() => bringForward(home, steps(true))).toThrow('the power went')
  expect(bringForward(home, steps(false)).slice(1)).toEqual(['Second (format 3).'])
  expect(done).toEqual(['first', 'second'])
})
