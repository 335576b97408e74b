import { describe, expect, it } from 'vitest'
import { RunConfigSchema, type RunConfigInput, type Stages } from '../../contract/run-config.ts'
import type { PreflightJob } from '../../contract/job.ts'
import { studyCase, studyDataset, label } from '../labels/test-study.ts'
import { estimateSeconds } from './estimate-seconds.ts'

const cases = (site: string) => Array.from({ length: 10 }, (_, i) => studyCase(`${site}${i}`, {}))
const datasets = [
  studyDataset('a', [label('1', 'cord')], cases('a')),
  studyDataset('b', [label('1', 'jaw')], cases('b')),
]

/** Ten cases a dataset, two of them held back; a step takes a second, a prediction two, a case three. */
const estimate = (config: RunConfigInput, stages: Stages = '1,2'): number => {
  const steps = { steps: 100, validateEvery: 100 }
  const job = {
    datasets,
    stages,
    config: RunConfigSchema.parse({
      inference: { postProcessing: 'off' },
      ...config,
      shared: steps,
      stage1: steps,
      stage2: { ...steps, ...config.stage2 },
    }),
  } as Pick<PreflightJob, 'datasets' | 'stages' | 'config'> as PreflightJob
  const measured = (stages === '0' ? [0] : [1, 2]) as (0 | 1 | 2)[]
  return estimateSeconds(
    job,
    measured.map((stage) => ({ stage, secondsPerStep: 1, secondsPerPrediction: 2 })),
    3,
  )
}

describe('a training of two datasets', () => {
  // 20 cases x 3; 100 steps + 4 x 2 and 100 steps + 8 x 2; 4 x 2 of calibration; 16 cases x 2 models x 2
  const plain = 60 + 108 + 116 + 8 + 64

  it('is preprocessing, both stages with a validation, calibration and pseudo labels', () => {
    expect(estimate({})).toBe(plain)
  })

  it('makes no pseudo labels where stage 2 learns from none, or makes them at the patch', () => {
    expect(estimate({ stage2: { pseudoSupervision: false } })).toBe(plain - 64)
    expect(estimate({ pseudoLabels: { source: 'online' } })).toBe(plain - 64)
  })

  it('makes them anew, and calibrates anew, with every refresh', () => {
    expect(estimate({ pseudoLabels: { refresh: 2 } })).toBe(plain + 2 * (64 + 4 * 2 * 2))
  })

  it('predicts the validation cases once more for post-processing, with more windows', () => {
    // 4 cases x 2 models x 2 s, windows a half apart instead of three quarters in each of three directions
    expect(estimate({ inference: {} }) - plain).toBeCloseTo(16 * 1.5 ** 3, 6)
    expect(estimate({ inference: { mirror: 'auto', overlap: 0.25 } }) - plain).toBeCloseTo(32, 6)
  })

  it('of the shared network alone calibrates nothing', () => {
    expect(estimate({}, '0')).toBe(60 + 108)
  })
})
