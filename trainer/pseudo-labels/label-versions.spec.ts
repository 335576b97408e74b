import { mkdtempSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunConfigSchema, type RunConfigInput } from '../../contract/run-config.ts'
import { labelPeriods, labelRoot, lastVersion, pseudoLabelFolder } from './label-versions.ts'

const periods = (steps: number, refresh: number, more: RunConfigInput = {}) =>
  labelPeriods(
    RunConfigSchema.parse({
      ...more,
      stage2: { steps, ...more.stage2 },
      pseudoLabels: { refresh, ...more.pseudoLabels },
    }),
  )

describe('labelPeriods', () => {
  it.each([
    [100, 0, [[0, 0, 100]]],
    [
      100,
      1,
      [
        [0, 0, 50],
        [1, 50, 100],
      ],
    ],
    [
      10,
      2,
      [
        [0, 0, 3],
        [1, 3, 7],
        [2, 7, 10],
      ],
    ],
    // more often than steps: once a step, none before the first one
    [
      2,
      5,
      [
        [0, 0, 1],
        [1, 1, 2],
      ],
    ],
  ] as const)('%i steps, %i refreshes', (steps, refresh, expected) => {
    expect(periods(steps, refresh).map(({ version, from, until }) => [version, from, until])).toEqual(expected)
  })

  it('is one where there are no stored labels to make anew', () => {
    expect(periods(10, 2, { stage2: { pseudoSupervision: false } })).toHaveLength(1)
    expect(periods(10, 2, { pseudoLabels: { source: 'online' } })).toHaveLength(1)
  })
})

it('versions lie apart, and the last one is found', () => {
  const job = mkdtempSync(join(tmpdir(), 'organ-mosaic-versions-'))
  expect(lastVersion(job)).toBe(0)
  for (const version of [0, 1, 2])
    mkdirSync(pseudoLabelFolder(labelRoot(job, version), 'a', 'case 1'), { recursive: true })
  expect(lastVersion(job)).toBe(2)
  expect(new Set([0, 1, 2].map((version) => labelRoot(job, version))).size).toBe(3)
})
