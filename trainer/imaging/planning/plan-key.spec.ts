import { describe, expect, it } from 'vitest'
import { RunConfigSchema } from '../../../contract/run-config.ts'
import { derivePlan } from './derive-plan.ts'
import { caseWith, datasetOf, gridOf } from '../test-dataset.ts'
import { planKey, preprocessedFolder } from './plan-key.ts'

describe('planKey', () => {
  const base = derivePlan(
    [datasetOf([caseWith({ geometry: gridOf([36, 50, 35], [1, 1, 1]) })])],
    RunConfigSchema.parse({}),
  )
  it('depends on what changes the voxels alone', () => {
    expect(planKey({ ...base, patch: [8, 8, 8], channels: [2, 4], reasons: [] })).toBe(planKey(base))
    expect(planKey({ ...base, spacingMm: [1, 1, 2] })).not.toBe(planKey(base))
    expect(planKey({ ...base, cropToBody: !base.cropToBody })).not.toBe(planKey(base))
    expect(planKey({ ...base, thickAxis: 0 })).not.toBe(planKey(base))
    const ct = { kind: 'ct', low: 0, high: 1, centre: 0, knee: 1 } as const
    expect(planKey({ ...base, normalisations: [ct] })).not.toBe(planKey(base))
    expect(planKey({ ...base, normalisations: [{ knee: 1, centre: 0, high: 1, low: 0, kind: 'ct' }] })).toBe(
      planKey({ ...base, normalisations: [ct] }),
    )
  })

  it('is that of earlier versions for one channel, and another for more of them', () => {
    const plan = { ...base, spacingMm: [2, 1, 1] as [number, number, number], cropToBody: true }
    const one = [{ kind: 'per-volume' as const }]
    // Written down from the version that knew one channel.
    expect(planKey({ ...plan, normalisations: one })).toBe('1a25a4a25ebc1fed')
    expect(planKey({ ...plan, normalisations: [...one, ...one] })).not.toBe(planKey({ ...plan, normalisations: one }))
  })

  it('gives another content another folder', () => {
    const folder = (entry: Parameters<typeof caseWith>[0], keys = ['1']) =>
      preprocessedFolder('/cache', base, datasetOf([], keys), caseWith(entry))
    const first = folder({ id: 'a/b', imageHash: 'x', fileHash: 'y' })
    expect(first).toMatch(/^\/cache\/[0-9a-f]{16}\/site\/a%2Fb-[0-9a-f]{16}\.zarr$/)
    expect(folder({ id: 'a/b', imageHash: 'x', fileHash: 'z' })).not.toBe(first)
    expect(folder({ id: 'a/b', imageHash: 'x', fileHash: 'y' }, ['1', '2'])).not.toBe(first)
  })
})
