import { describe, expect, it } from 'vitest'
import type { AvailabilityState, Case } from '../../../contract/case.ts'
import type { Dataset, DatasetRole } from '../../../contract/dataset.ts'
import { MatrixSchema } from '../../../contract/matrix.ts'
import { buildMatrix } from './build-matrix.ts'
import { GRID } from './write-test-folder.ts'

/** One case a row; every labelled organ has 1 ml, which is 500 voxels of 2 mm³. */
function dataset(name: string, rows: Record<string, AvailabilityState>[], role: DatasetRole = 'train'): Dataset {
  const cases = rows.map((row, at): Case => ({
    id: String(at),
    patient: String(at),
    images: ['x.nii'],
    labels: [],
    status: 'ok',
    excludedReason: null,
    geometry: GRID,
    imageHash: null,
    fileHash: null,
    intensities: [],
    availability: Object.fromEntries(
      Object.entries(row).map(([organ, state]) => [organ, { state, voxels: 500, volumeMl: 1 }]),
    ),
  }))
  const organs = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return {
    schemaVersion: 1,
    name,
    role,
    root: '/data',
    layout: 'nnunet',
    layoutReason: 'test',
    modality: 'CT',
    channels: [{ name: 'CT', modality: 'CT' }],
    registeredAt: '2026-01-01T00:00:00Z',
    labels: organs.map((organ) => ({ key: organ, sourceName: organ, organs: [organ], mapped: 'vocabulary' })),
    cases,
    findings: [],
    fingerprint: 'f',
  }
}

/** As a vocabulary names them. */
const called = (organ: string): string => organ.toUpperCase()
const build = (datasets: readonly Dataset[]) => buildMatrix(datasets, called)

describe('buildMatrix', () => {
  it('counts the states of usable cases, unlabelled where a dataset says nothing', () => {
    const a = dataset('a', [{ liver: 'labelled' }, { liver: 'cut' }, { liver: 'absent' }])
    a.cases[2] = { ...a.cases[2], status: 'excluded' }
    const matrix = MatrixSchema.parse(build([a, dataset('b', [{ liver: 'merged', spleen: 'labelled' }], 'test')]))
    const none = { labelled: 0, absent: 0, unlabelled: 0, merged: 0, cut: 0 }
    expect(matrix.organs).toEqual(['liver', 'spleen'])
    expect(matrix.rows).toEqual([
      {
        dataset: 'a',
        role: 'train',
        cases: 2,
        cells: { liver: { ...none, labelled: 1, cut: 1 }, spleen: { ...none, unlabelled: 2 } },
      },
      {
        dataset: 'b',
        role: 'test',
        cases: 1,
        cells: { liver: { ...none, merged: 1 }, spleen: { ...none, labelled: 1 } },
      },
    ])
  })

  it('says nothing of datasets that label the same organs', () => {
    const rows: Record<string, AvailabilityState>[] = [{ liver: 'labelled', spleen: 'labelled' }]
    expect(build([dataset('a', rows), dataset('b', rows)]).warnings).toEqual([])
  })

  it('warns of organs that are only merged or never seen', () => {
    const { warnings } = build([dataset('a', [{ kidney_left: 'merged', spleen: 'absent' }])])
    expect(warnings).toEqual([
      expect.stringMatching(/^KIDNEY_LEFT is labelled only together with other organs \(1 case/),
      expect.stringMatching(/^SPLEEN is declared, but no usable training case has a voxel of it/),
    ])
  })

  it('warns of datasets that share nothing, and estimates what background would teach wrongly', () => {
    const { warnings } = build([
      dataset('a', [{ liver: 'labelled' }, { liver: 'labelled' }]),
      dataset('b', [{ spleen: 'labelled', pancreas: 'labelled' }]),
      dataset('t', [{ liver: 'labelled', spleen: 'labelled' }], 'test'),
    ])
    expect(warnings.filter((warning) => warning.includes('no organ'))).toEqual([
      expect.stringMatching(/^a, b share no organ with any other dataset/),
    ])
    expect(warnings).toContainEqual(
      expect.stringMatching(/^a does not label SPLEEN, PANCREAS .* about 1,000 wrong voxels/),
    )
    expect(warnings).toContainEqual(expect.stringMatching(/^b does not label LIVER .* about 500 wrong voxels/))
  })
})
