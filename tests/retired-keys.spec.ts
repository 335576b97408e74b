import { expect, it } from 'vitest'
import { TrainJobSchema } from '../contract/job.ts'
import { RunConfigSchema } from '../contract/run-config.ts'

const stored = (config: unknown) => TrainJobSchema.shape.config.safeParse(config)
const config = RunConfigSchema.parse({ stage1: { steps: 7 } })

it('a run of an earlier version is read, its other settings as they are', () => {
  const earlier = {
    ...config,
    stage1: { ...config.stage1, foreign: 'one' },
    stage2: { ...config.stage2, foreign: 'all' },
  }
  expect(stored(earlier).data).toEqual(config)
})

it('what no version ever wrote is refused', () => {
  expect(stored({ ...config, stage1: { ...config.stage1, foreing: 'one' } }).success).toBe(false)
  expect(stored('none').success).toBe(false)
})

it('in a new configuration a retired key is unknown', () => {
  expect(RunConfigSchema.safeParse({ stage1: { foreign: 'one' } }).success).toBe(false)
})
