import { describe, expect, it } from 'vitest'
import type { RunDetail } from '../../../contract/commands.ts'
import { RunConfigSchema, type RunConfigInput } from '../../../contract/run-config.ts'
import type { Series } from '../../../contract/series.ts'
import { commonStage, findDifferences, listMetrics, listOrgans, listStages, meanCurve } from './compare-runs.ts'

function run(name: string, config: RunConfigInput, changes: Partial<RunDetail['summary']> = {}): RunDetail {
  return {
    method: 'mutual',
    summary: {
      name,
      state: 'finished',
      preset: 'quick',
      stages: '1,2',
      datasets: ['a', 'b'],
      organs: ['liver'],
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: null,
      progress: null,
      validationDice: 0.5,
      folder: `/runs/${name}`,
      place: null,
      ...changes,
    },
    stage1From: null,
    config: RunConfigSchema.parse(config),
    latestMetrics: [],
    checkpoints: [],
    findings: [],
    ignoredPseudoLabels: [],
    evaluations: [],
    error: null,
    devices: [],
    memoryOffer: null,
  }
}
const curve = (name: string, model: number, organ: string | null, points: [number, number][]): Series => ({
  name,
  stage: 1,
  model,
  dataset: 'a',
  organ,
  points,
})

describe('differences', () => {
  it('are the settings that are not the same for all', () => {
    const runs = [run('x', { seed: 1 }), run('y', { seed: 2, stage1: { steps: 7 } }, { preset: 'full' })]
    expect(findDifferences(runs)).toEqual([
      { what: 'preset', values: ['quick', 'full'] },
      { what: 'seed', values: ['1', '2'] },
      { what: 'stage1.steps', values: ['400', '7'] },
    ])
  })

  it('compare lists by what they hold', () => {
    const patch = (size: number): RunConfigInput => ({ plan: { patch: [size, 16, 16] } })
    expect(findDifferences([run('x', patch(16)), run('y', patch(16))])).toEqual([])
    expect(findDifferences([run('x', patch(16)), run('y', patch(24))])).toEqual([
      { what: 'plan.patch', values: ['[16,16,16]', '[24,16,16]'] },
    ])
  })
})

describe('curves', () => {
  const series = [
    curve('validation.dice', 1, 'liver', [
      [10, 0.2],
      [20, 0.4],
    ]),
    curve('validation.dice', 2, 'spleen', [[10, 0.6]]),
    curve('loss', 1, null, [[10, 3]]),
  ]

  it('are means over models and organs, or of one organ', () => {
    const choice = { metric: 'validation.dice', stage: 1, organ: null }
    expect(meanCurve(series, choice)).toEqual([
      [10, 0.4],
      [20, 0.4],
    ])
    expect(meanCurve(series, { ...choice, organ: 'spleen' })).toEqual([[10, 0.6]])
    expect(meanCurve(series, { ...choice, stage: 2 })).toEqual([])
  })

  it('begin with the stage that most runs have, the later one of equals', () => {
    const at = (stage: number): Series => ({ ...curve('loss', 1, null, [[10, 3]]), stage })
    expect(commonStage([[at(1), at(2)], [at(1)]], 'loss')).toBe(1)
    expect(commonStage([[at(1), at(2)], [at(2)]], 'loss')).toBe(2)
    expect(
      commonStage(
        [
          [at(1), at(2)],
          [at(1), at(2)],
        ],
        'loss',
      ),
    ).toBe(2)
    expect(commonStage([[at(1)]], 'validation.dice')).toBeNull()
  })

  it('are offered by metric, stage and organ, the important ones first', () => {
    expect(listMetrics([series])).toEqual(['validation.dice', 'loss'])
    expect(listStages([series], 'loss')).toEqual([1])
    expect(listOrgans([series], 'validation.dice')).toEqual(['liver', 'spleen'])
  })
})
