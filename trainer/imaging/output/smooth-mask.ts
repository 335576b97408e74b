// The trick by which contours and surfaces are smooth and still say the same as the voxels. A mask is blurred; where the
// blurred mask crosses one half tells how far along the line between an inside and an outside voxel the border lies. The
// border stays between the two, so that every voxel's centre remains on its side.

/** Share of the way from an inside to an outside voxel that the border keeps from either. */
const NEAREST = 0.15

/** Twice [1 2 1] / 4 along an axis, in place. @param stride of the axis. @param length of the axis */
export function blurAlong(values: Float32Array, length: number, stride: number): void {
  const line = new Float32Array(length)
  const block = length * stride
  for (let start = 0; start < values.length; start += block) {
    for (let offset = 0; offset < stride; offset++) {
      const first = start + offset
      for (let pass = 0; pass < 2; pass++) {
        for (let n = 0; n < length; n++) line[n] = values[first + n * stride]
        for (let n = 0; n < length; n++) {
          const before = n > 0 ? line[n - 1] : line[n]
          const after = n + 1 < length ? line[n + 1] : line[n]
          values[first + n * stride] = (before + 2 * line[n] + after) / 4
        }
      }
    }
  }
}

/** @returns how far from the inside voxel towards the outside one the border lies */
export function borderAt(inside: number, outside: number): number {
  if (inside <= outside) return 0.5
  return Math.min(1 - NEAREST, Math.max(NEAREST, (inside - 0.5) / (inside - outside)))
}
