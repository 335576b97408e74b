import { expect, test } from 'vitest'
import { PRESETS } from '../../contract/presets.ts'
import { RunConfigSchema, TrainJobSchema, type EvaluationReport, type JobEvent } from '../../contract/index.ts'
import { describeRun, runCost, trainCommand } from './describe-run.ts'

const dataset = (name: string) => ({ name, root: '/', modality: 'CT', fingerprint: '', labels: [], cases: [] })
const job = TrainJobSchema.parse({
  kind: 'train',
  schemaVersion: 1,
  name: 'r',
  createdAt: '2026-01-01T00:00:00.000Z',
  versions: {},
  cacheFolder: '/cache',
  preset: 'quick',
  stages: '1,2',
  stage1From: null,
  organs: ['liver', 'spleen'],
  vocabulary: [],
  datasets: [dataset('a'), dataset('b')],
  config: RunConfigSchema.parse({ ...PRESETS.quick, seed: 7, inference: { overlap: 0.25 } }),
})

const at = (seconds: number) => new Date(seconds * 1000).toISOString()
const state = (seq: number, seconds: number, name: 'running' | 'paused' | 'finished'): JobEvent => ({
  seq,
  time: at(seconds),
  type: 'state',
  state: name,
  message: '',
})
const memory = (seq: number, seconds: number, value: number): JobEvent => ({
  seq,
  time: at(seconds),
  type: 'metrics',
  metrics: [{ name: 'peakMemoryMb', value, step: seq, stage: 1, model: null, dataset: null, organ: null }],
})

test('the command names what differs from the preset', () => {
  expect(trainCommand(job)).toBe(
    'organ-mosaic train --name r --datasets a,b --preset quick --stages 1,2 --set seed=7 inference.overlap=0.25',
  )
})

test('pauses and the time after a kill cost nothing', () => {
  const events = [
    state(1, 0, 'running'),
    memory(2, 10, 500),
    state(3, 20, 'paused'), // 20 s of work
    state(4, 100, 'running'),
    memory(5, 130, 900), // 30 s, then killed
    state(6, 1000, 'running'),
    memory(7, 1001, 700),
    state(8, 1005, 'finished'), // 5 s
  ]
  expect(runCost(events)).toEqual({ seconds: 55, peakMemoryMb: 900 })
})

const organ = (name: string, dice: number | null, hd95Mm: number | null, missed = 0) => ({
  ...{ organ: name, cases: dice === null ? 0 : 2, dice, diceSd: null, hd95Mm, assdMm: null, nsd: null },
  ...{ missed, invented: 0 },
})
const report = (stage: number, model: EvaluationReport['model'], changes: Partial<EvaluationReport>) => ({
  ...{ run: 'r', dataset: 'test', stage, model, createdAt: at(0), nsdToleranceMm: 2, meanDice: 0.5 },
  ...{ organs: [], scores: [], failures: [], seconds: 1, peakMemoryMb: 1, ...changes },
})

test('columns in the order of the method, missed organs said, what was not scored left open', () => {
  const text = describeRun(
    job,
    [],
    [
      report(2, 'ensemble', { organs: [organ('liver', 0.95, 3.21), organ('spleen', 0.25, 8, 1)] }),
      report(2, 1, { organs: [organ('liver', 0.9, 4)] }),
      report(0, 'ensemble', { organs: [organ('liver', 0.7, 6)] }),
      report(1, 'ensemble', { organs: [organ('liver', 0.8, 5)] }),
      report(1, 'pseudo', { dataset: 'reference', organs: [organ('liver', null, null)] }),
    ],
  )
  expect(text).toContain('| organ | shared network | POS fused | pseudo labels | FOS 1 (a) | FOS ensemble |')
  expect(text).toContain('| liver | 0.700 / 6.0 | 0.800 / 5.0 | - | 0.900 / 4.0 | 0.950 / 3.2 |')
  expect(text).toContain('| spleen | - | - | - | - | 0.250 / 8.0 (1 missed) |')
  expect(text).toContain('Pseudo labels are scored on reference')
})
