// Segmenting a CT of 512 x 512 x 300 voxels here and with MONAI's sliding window on PyTorch, in turns.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Row } from './benches.ts'
import { inferenceSetting, writeSyntheticCt, type InferenceTimes } from './inference-setting.ts'

const measured = (program: string, script: string, setting: object, voxels: string): InferenceTimes => {
  const args = [join(import.meta.dirname, script), JSON.stringify(setting), voxels]
  const output = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(output) as InferenceTimes
}
const totalMs = ({ preprocessMs, networkMs, restoreMs }: InferenceTimes) => preprocessMs + networkMs + restoreMs
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

export const benchInference: Bench = ({ python, rounds }) => {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-bench-'))
  const voxels = join(folder, 'ct.raw')
  writeSyntheticCt(voxels, inferenceSetting.shape)
  const pairs = Array.from({ length: Math.min(rounds, 3) }, () => ({
    ours: measured(process.execPath, 'measure-inference.ts', inferenceSetting, voxels),
    monai: python === undefined ? null : measured(python, 'monai_inference.py', inferenceSetting, voxels),
  }))
  rmSync(folder, { recursive: true })
  const ours = pairs.map((pair) => pair.ours)
  const monai = pairs.flatMap((pair) => pair.monai ?? [])
  const ratios = pairs.flatMap((pair) => (pair.monai ? [totalMs(pair.ours) / totalMs(pair.monai)] : []))
  return [...rowsOf('ours', ours), ...rowsOf('MONAI', monai), ...ratioRows(ratios)]
}

const row = (measure: string, value: number, unit: string): Row => ({ bench: 'inference', measure, value, unit })

function rowsOf(who: string, runs: readonly InferenceTimes[]): Row[] {
  if (runs.length === 0) return []
  const seconds = (of: (times: InferenceTimes) => number) => middle(runs.map(of)) / 1000
  return [
    row(`windows, ${who}`, runs[0]!.windows, ''),
    row(
      `image to planned grid, ${who}`,
      seconds(({ preprocessMs }) => preprocessMs),
      's',
    ),
    row(
      `sliding window, ${who}`,
      seconds(({ networkMs }) => networkMs),
      's',
    ),
    row(
      `labels to image grid, ${who}`,
      seconds(({ restoreMs }) => restoreMs),
      's',
    ),
    row(`whole image, ${who}`, seconds(totalMs), 's'),
    row(`peak memory, ${who}`, middle(runs.map(({ peakMb }) => peakMb)), 'MB'),
  ]
}

const ratioRows = (ratios: readonly number[]): Row[] =>
  ratios.length === 0 ? [] : [row('whole image, ours / MONAI', middle(ratios), '')]
