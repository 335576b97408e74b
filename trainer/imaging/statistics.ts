// What a volume's values look like, once, when it is registered and when it is normalised. Deterministic.
import type { Intensity } from '../../contract/case.ts'
import { filledBlocks } from './filled-blocks.ts'
import type { VoxelArray } from './volume.ts'

export interface Summary {
  /** Over the finite values; all 0 when there is none */
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly sd: number
  readonly finite: number
  readonly notFinite: number
  /** One value everywhere (or none that is finite) */
  readonly constant: boolean
}

export function summarise(values: VoxelArray): Summary {
  return isShort(values) && values.length > SHORT_VALUES ? summariseCounts(values) : summariseValues(values)
}

type ShortArray = Int8Array | Uint8Array | Int16Array | Uint16Array
const SHORT_VALUES = 2 ** 16

const isShort = (values: VoxelArray): values is ShortArray => values.BYTES_PER_ELEMENT <= 2

/** Of scans with 16 bits or fewer: how often each value occurs says it all, in one pass instead of two. */
function summariseCounts(values: ShortArray): Summary {
  const lowest = values instanceof Int8Array || values instanceof Int16Array ? -SHORT_VALUES / 2 : 0
  const counts = new Float64Array(SHORT_VALUES)
  for (let i = 0; i < values.length; i++) counts[values[i] - lowest]++
  const min = lowest + counts.findIndex((count) => count > 0)
  const max = lowest + counts.findLastIndex((count) => count > 0)
  let [sum, squares] = [0, 0]
  for (let value = min; value <= max; value++) sum += counts[value - lowest] * value
  const mean = sum / values.length
  for (let value = min; value <= max; value++) squares += counts[value - lowest] * (value - mean) ** 2
  const sd = Math.sqrt(squares / values.length)
  return { min, max, mean, sd, finite: values.length, notFinite: 0, constant: min === max }
}

function summariseValues(values: VoxelArray): Summary {
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let finite = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    finite++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  const notFinite = values.length - finite
  if (finite === 0) return { min: 0, max: 0, mean: 0, sd: 0, finite, notFinite, constant: true }
  const mean = sum / finite
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i] - mean
    if (Number.isFinite(deviation)) squares += deviation * deviation
  }
  return { min, max, mean, sd: Math.sqrt(squares / finite), finite, notFinite, constant: min === max }
}

const MAX_SORTED = 2 ** 18

/**
 * Percentiles with linear interpolation (numpy's default) over the finite values; of more than 262144 values an evenly
 * spaced subset is sorted.
 * @param fractions between 0 and 1
 * @returns one number a fraction; NaN without any finite value
 */
export function percentiles(values: VoxelArray, fractions: readonly number[]): number[] {
  const step = samplingStep(values.length)
  const sample = new Float64Array(Math.ceil(values.length / step))
  let count = 0
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) sample[count++] = values[i]
  const sorted = sample.subarray(0, count).sort()
  return fractions.map((fraction) => {
    const position = fraction * (count - 1)
    const below = Math.floor(position)
    const above = Math.min(below + 1, count - 1)
    return sorted[below] + (position - below) * (sorted[above] - sorted[below])
  })
}

/** A step that shares no factor with the number of voxels, so that the sample visits every row and column. */
function samplingStep(count: number): number {
  let step = Math.ceil(count / MAX_SORTED)
  while (step > 1 && greatestCommonDivisor(step, count) > 1) step++
  return Math.max(1, step)
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/**
 * The contract's intensity record.
 * @param foreground same length as values; non-zero where any label is. null: unknown
 * @param summary of the values, where it is known already
 */
export function measureIntensity(
  values: VoxelArray,
  foreground: Uint8Array | null,
  summary = summarise(values),
): Intensity {
  const { min, max, mean, sd } = summary
  return { min, max, mean, sd, foreground: foreground ? measureForeground(values, foreground) : null }
}

function measureForeground(values: VoxelArray, foreground: Uint8Array): Intensity['foreground'] {
  const blocks = filledBlocks(foreground)
  let count = 0
  for (const [from, to] of blocks) for (let i = from; i < to; i++) if (foreground[i]) count++
  const inside = new Float64Array(count)
  let at = 0
  for (const [from, to] of blocks) for (let i = from; i < to; i++) if (foreground[i]) inside[at++] = values[i]
  const { mean, sd, finite } = summarise(inside)
  if (finite === 0) return null
  const [p005, median, p995] = percentiles(inside, [0.005, 0.5, 0.995])
  return { voxels: inside.length, mean, sd, p005, p995, median }
}
