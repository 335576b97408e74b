// Resampling one axis: which source voxels an output voxel is made of. Linear interpolation when the grid gets finer;
// when it gets coarser, the linear interpolant is averaged over what the output voxel is wider, so nothing aliases.
// Both reproduce a linear ramp exactly away from the borders.

/** Weights [n, taps] over source voxels start[n] .. start[n] + taps - 1, each row summing to 1. */
export interface AxisWeights {
  readonly taps: number
  readonly start: Int32Array
  readonly weights: Float64Array
  /** 0 where the output voxel's centre lies outside the source grid (more than half a voxel past its last centre) */
  readonly inside: Uint8Array
}

/** Integral of the hat function max(0, 1 - |t|) from -1 to t. */
function hatIntegral(t: number): number {
  if (t <= -1) return 0
  if (t >= 1) return 1
  return t < 0 ? (1 + t) ** 2 / 2 : 1 - (1 - t) ** 2 / 2
}

/** The nearest source voxel of each output voxel, whole. @param offset, step as in axisWeights */
export function nearestWeights(sourceSize: number, targetSize: number, offset: number, step: number): AxisWeights {
  const { inside } = axisWeights(sourceSize, targetSize, offset, step, false)
  const nearest = (n: number): number => Math.min(sourceSize - 1, Math.max(0, Math.round(offset + n * step)))
  return {
    taps: 1,
    start: Int32Array.from({ length: targetSize }, (_, n) => nearest(n)),
    weights: new Float64Array(targetSize).fill(1),
    inside,
  }
}

/**
 * @param sourceSize voxels of the source axis
 * @param targetSize voxels of the output axis
 * @param offset source position of output voxel 0
 * @param step source voxels an output voxel (above 1: coarser)
 * @param smooth false: plain linear interpolation also when the grid gets coarser
 */
export function axisWeights(
  sourceSize: number,
  targetSize: number,
  offset: number,
  step: number,
  smooth = true,
): AxisWeights {
  const width = smooth ? Math.max(0, step - 1) : 0
  const taps = Math.min(sourceSize, Math.ceil(width) + 2)
  const start = new Int32Array(targetSize)
  const weights = new Float64Array(targetSize * taps)
  const inside = new Uint8Array(targetSize)
  for (let n = 0; n < targetSize; n++) {
    const exact = offset + n * step
    // float noise at a border must not push a voxel outside
    inside[n] = exact >= -0.5 - 1e-6 && exact <= sourceSize - 0.5 + 1e-6 ? 1 : 0
    const position = Math.min(sourceSize - 1, Math.max(0, exact))
    start[n] = Math.min(sourceSize - taps, Math.max(0, Math.floor(position - 1 - width / 2) + 1))
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = start[n] + tap - position
      const weight =
        width > 0
          ? hatIntegral(width / 2 - distance) - hatIntegral(-width / 2 - distance)
          : Math.max(0, 1 - Math.abs(distance))
      weights[n * taps + tap] = weight
      sum += weight
    }
    for (let tap = 0; tap < taps; tap++) weights[n * taps + tap] /= sum
  }
  return { taps, start, weights, inside }
}
