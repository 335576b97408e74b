// The verdict on what a card computed, by hand; and the whole proof with real trainers, on the processor alone.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ProbeReport } from '../../../contract/report.ts'
import { temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { judgeProof, proveGpuRuntime } from './prove-gpu-runtime.ts'

const probe = (sample: number[], device: 'CPU' | 'GPU' = 'CPU'): ProbeReport => ({
  ...{ tensorflow: '2.21.0', tfjs: '4.22.0', binding: 'wheel', devices: [], threads: 1 },
  ...{ device, convolutionGflops: device === 'GPU' ? 900 : 20, gradientError: 0, sample, seconds: 1 },
})
const onCard = (...sample: number[]) => judgeProof(probe(sample, 'GPU'), probe([1, -0.5, 0.25]))

describe('what a card computed', () => {
  it('may differ from the processor by a hundredth', () => {
    expect(onCard(1, -0.5, 0.25)).toEqual({ device: 'GPU', difference: 0, works: true, gflops: 900 })
    expect(onCard(1.009, -0.5, 0.25)).toMatchObject({ works: true })
    expect(onCard(1, -0.489, 0.25)).toMatchObject({ works: false })
  })

  it('is wrong when it is no number, or nothing to compare', () => {
    expect(onCard(1, NaN, 0.25)).toMatchObject({ works: false, difference: 1 })
    expect(onCard(1, Infinity, 0.25)).toMatchObject({ works: false, difference: 1 })
    expect(onCard(1, -0.5, 0.25, 0)).toMatchObject({ works: false, difference: 1 })
    expect(onCard(1, -0.5)).toMatchObject({ works: false })
    expect(onCard()).toMatchObject({ works: false })
  })
})

it('a convolution with its gradients is computed twice, by real trainers, and compared', async () => {
  const workspace = temporaryWorkspace()
  const proof = await proveGpuRuntime(workspace, {})
  expect(proof.works).toBe(true)
  expect(proof.difference).toBeLessThan(0.01)
  expect(readdirSync(workspace.jobs).sort()).toEqual(['probe-1', 'probe-2'])
}, 120_000)
