// Network output back to an image grid: probabilities are interpolated, then each voxel takes the most probable
// channel. Nothing of the size of the image but its codes is ever made, and where all neighbours of a voxel agree on their
// most probable channel, which is almost everywhere, nothing is interpolated: no mean of theirs can favour another one.
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Geometry, Shape } from '../../contract/geometry.ts'
import type { AxisWeights } from './axis-weights.ts'
import { sameDirection } from './geometry.ts'
import { gridWeights, type Resampling } from './resample.ts'
import { voxelCount } from './volume.ts'

/**
 * @param probabilities [D, H, W, C] on grid `from`; channel 0 is background
 * @param to a grid of the same axis directions; voxels outside `from` become 0
 * @returns channel numbers [D', H', W'] on grid `to`
 * @throws OrganMosaicError internal when the size is no multiple of the grid or the directions differ
 */
export function resampleProbabilities(
  probabilities: Float32Array,
  from: Geometry,
  to: Geometry,
  options: Resampling = {},
): Uint8Array {
  const channels = probabilities.length / voxelCount(from.shape)
  if (!Number.isInteger(channels) || channels < 1 || channels > 256) {
    throw new OrganMosaicError(
      'internal',
      `${probabilities.length} probabilities do not fit the grid ${from.shape.join(' x ')} with 1 to 256 channels.`,
    )
  }
  if (!sameDirection(from.direction, to.direction)) {
    throw new OrganMosaicError(
      'internal',
      'Probabilities can only be resampled between grids of equal axis directions.',
    )
  }
  const tables = gridWeights(from, to, { ...options, smooth: false })
  const [z, y] = tables
  const agreed = agreements(mostProbable(probabilities, channels), from.shape, tables)
  const rows = blendedRows(probabilities, from.shape, channels, tables)
  const [depth, height, width] = to.shape
  const codes = new Uint8Array(voxelCount(to.shape))
  for (let k = 0; k < depth; k++) {
    if (!z.inside[k]) continue
    for (let j = 0; j < height; j++) {
      if (!y.inside[j]) continue
      const cells = (z.start[k] * from.shape[1] + y.start[j]) * from.shape[2]
      rows.moveTo(k, j)
      const row = codes.subarray((k * height + j) * width, (k * height + j + 1) * width)
      fillRow(row, agreed.subarray(cells, cells + from.shape[2]), tables[2], rows)
    }
  }
  return codes
}

/** @param agreed [W] agreements of the source cells along the row */
function fillRow(codes: Uint8Array, agreed: Int16Array, x: AxisWeights, rows: BlendedRows): void {
  const { taps, start, weights, inside } = x
  const { values, best, channels } = rows
  for (let i = 0; i < codes.length; i++) {
    if (!inside[i]) continue
    const left = start[i]
    let code = agreed[left]
    if (code < 0) {
      // a source one voxel wide has a single tap
      const right = left + taps - 1
      rows.make(left)
      rows.make(right)
      code = best[left]
      if (code !== best[right]) {
        const wLeft = weights[i * taps]
        const wRight = weights[i * taps + taps - 1]
        let highest = -Infinity
        for (let c = 0, l = left * channels, r = right * channels; c < channels; c++, l++, r++) {
          const value = wLeft * values[l] + wRight * values[r]
          if (value > highest) {
            highest = value
            code = c
          }
        }
      }
    }
    codes[i] = code
  }
}

/** One output row before it is interpolated along the width, made only where it is asked for. */
interface BlendedRows {
  readonly channels: number
  /** [W, C] */
  readonly values: Float32Array
  /** [W] most probable channel, the lower on a tie */
  readonly best: Uint8Array
  /** Sets the output slice and row. */
  moveTo(k: number, j: number): void
  /** Makes sure of the values at a source column. */
  make(x: number): void
}

function blendedRows(
  probabilities: Float32Array,
  [, height, width]: Shape,
  channels: number,
  [alongDepth, alongHeight]: readonly [AxisWeights, AxisWeights, AxisWeights],
): BlendedRows {
  const values = new Float32Array(width * channels)
  const best = new Uint8Array(width)
  const slice = new Float32Array(height * width * channels)
  // Which slice and which row each column was last made for.
  const sliceOf = new Int32Array(height * width).fill(-1)
  const rowOf = new Int32Array(width).fill(-1)
  let [slicePlace, rowPlace, row] = [0, 0, 0]
  const makeSlice = (at: number) => {
    if (sliceOf[at] === slicePlace) return
    sliceOf[at] = slicePlace
    blend(
      probabilities,
      at * channels,
      height * width * channels,
      alongDepth,
      slicePlace,
      slice,
      at * channels,
      channels,
    )
  }
  return {
    channels,
    values,
    best,
    moveTo(k, j) {
      slicePlace = k
      rowPlace = j
      row++
    },
    make(x) {
      if (rowOf[x] === row) return
      rowOf[x] = row
      const first = alongHeight.start[rowPlace] * width + x
      for (let tap = 0; tap < alongHeight.taps; tap++) makeSlice(first + tap * width)
      blend(slice, x * channels, width * channels, alongHeight, rowPlace, values, x * channels, channels)
      best[x] = highest(values, x * channels, channels)
    },
  }
}

/** [V, C] -> the most probable channel of each voxel. */
function mostProbable(probabilities: Float32Array, channels: number): Uint8Array {
  const best = new Uint8Array(probabilities.length / channels)
  for (let v = 0; v < best.length; v++) best[v] = highest(probabilities, v * channels, channels)
  return best
}

/** The place of the highest of some values, the first on a tie. */
function highest(values: Float32Array, from: number, count: number): number {
  let best = 0
  for (let c = 1; c < count; c++) if (values[from + c] > values[from + best]) best = c
  return best
}

/** For each voxel: the code that it shares with its following neighbours along all axes; -1 where they differ. */
function agreements(codes: Uint8Array, shape: Shape, tables: readonly AxisWeights[]): Int16Array {
  const agreed = Int16Array.from(codes)
  let step = 1
  for (const axis of [2, 1, 0]) {
    // an axis of one voxel has a single tap
    const size = shape[axis]
    if (tables[axis].taps > 1) {
      for (let v = 0; v + step < agreed.length; v++) if (agreed[v] !== agreed[v + step]) agreed[v] = -1
    }
    step *= size
  }
  return agreed
}

/** target = weighted sum of the table's source voxels n, which lie a stride apart; `length` channels each. */
function blend(
  source: Float32Array,
  from: number,
  stride: number,
  { taps, start, weights }: AxisWeights,
  n: number,
  target: Float32Array,
  to: number,
  length: number,
): void {
  const first = from + start[n] * stride
  const weight = weights[n * taps]
  for (let c = 0; c < length; c++) target[to + c] = weight * source[first + c]
  for (let tap = 1; tap < taps; tap++) {
    const next = weights[n * taps + tap]
    if (next === 0) continue
    for (let c = 0; c < length; c++) target[to + c] += next * source[first + tap * stride + c]
  }
}
