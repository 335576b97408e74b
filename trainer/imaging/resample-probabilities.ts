// Network output back to an image grid: probabilities are interpolated, then each voxel takes the most probable
// channel. One output slice at a time, so memory stays at the size of the codes.
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Geometry } from '../../contract/geometry.ts'
import type { AxisWeights } from './axis-weights.ts'
import { sameDirection } from './geometry.ts'
import { gridWeights } from './resample.ts'
import { voxelCount } from './volume.ts'

/**
 * @param probabilities [D, H, W, C] on grid `from`; channel 0 is background
 * @param to a grid of the same axis directions; voxels outside `from` become 0
 * @returns channel numbers [D', H', W'] on grid `to`
 * @throws OrganMosaicError internal when the size is no multiple of the grid or the directions differ
 */
export function resampleProbabilities(probabilities: Float32Array, from: Geometry, to: Geometry): Uint8Array {
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
  const [z, y, x] = gridWeights(from, to, false)
  const [depth, height, width] = to.shape
  const rowLength = from.shape[2] * channels
  const sliceLength = from.shape[1] * rowLength
  const slice = new Float32Array(sliceLength)
  const row = new Float32Array(rowLength)
  const codes = new Uint8Array(voxelCount(to.shape))
  for (let k = 0; k < depth; k++) {
    if (!z.inside[k]) continue
    blend(probabilities, sliceLength, z, k, slice)
    for (let j = 0; j < height; j++) {
      if (!y.inside[j]) continue
      blend(slice, rowLength, y, j, row)
      mostProbable(row, channels, x, codes.subarray((k * height + j) * width, (k * height + j + 1) * width))
    }
  }
  return codes
}

/** target = weighted sum of the source's pieces (slices or rows) of equal length. */
function blend(source: Float32Array, length: number, table: AxisWeights, n: number, target: Float32Array): void {
  target.fill(0)
  for (let tap = 0; tap < table.taps; tap++) {
    const weight = table.weights[n * table.taps + tap]
    if (weight === 0) continue
    const from = (table.start[n] + tap) * length
    for (let i = 0; i < length; i++) target[i] += weight * source[from + i]
  }
}

/** @param row [W, C] -> codes [W']; the lower channel on a tie */
function mostProbable(row: Float32Array, channels: number, x: AxisWeights, codes: Uint8Array): void {
  const { taps, start, weights } = x
  for (let i = 0; i < codes.length; i++) {
    if (!x.inside[i]) continue
    const left = start[i] * channels
    // a source one voxel wide has a single tap
    const right = left + (taps - 1) * channels
    const wLeft = weights[i * taps]
    const wRight = taps > 1 ? weights[i * taps + 1] : 0
    let best = -Infinity
    for (let c = 0; c < channels; c++) {
      const value = wLeft * row[left + c] + wRight * row[right + c]
      if (value > best) {
        best = value
        codes[i] = c
      }
    }
  }
}
