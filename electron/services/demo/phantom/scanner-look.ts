// What a scanner does to the true CT numbers: quantum noise, reconstruction kernel, calibration offset, 12 bits.
import type { Shape } from '../../../../contract/geometry.ts'
import type { Random } from '../../../../trainer/imaging/random.ts'
import type { Scanner } from './phantom-description.ts'

/**
 * Noise goes through the kernel like the signal, so a smooth kernel also correlates it. Its standard deviation grows
 * towards the middle of the body, where fewer photons arrive: the scanner's `noiseSd` holds half-way.
 * @param hu true CT numbers [depth, height, width]
 * @param fromAxis for each voxel 0 on the long axis of the body, 1 about at the skin
 */
export function addScannerLook(
  hu: Float32Array,
  shape: Shape,
  fromAxis: Float32Array,
  scanner: Pick<Scanner, 'kernel' | 'noiseSd' | 'offsetHu'>,
  random: Random,
): Int16Array {
  const { kernel, noiseSd, offsetHu } = scanner
  // What the kernel leaves of white noise: the root of the sum of squared weights, once an axis.
  const gain = ((1 - 2 * kernel) ** 2 + 2 * kernel ** 2) ** 1.5
  let field = new Float32Array(hu.length)
  for (let voxel = 0; voxel < hu.length; voxel++) {
    const relative = Math.max(0.5, 1.4 - 0.8 * (fromAxis[voxel] as number))
    field[voxel] = (hu[voxel] as number) + (noiseSd / gain) * relative * random.normal()
  }
  const strides = [shape[1] * shape[2], shape[2], 1]
  for (const [axis, stride] of strides.entries()) field = filterAxis(field, shape[axis] as number, stride, kernel)
  const image = new Int16Array(hu.length)
  for (let voxel = 0; voxel < hu.length; voxel++) {
    image[voxel] = Math.max(-1024, Math.min(3071, Math.round((field[voxel] as number) + offsetHu)))
  }
  return image
}

/** The kernel [w, 1 - 2w, w] along one axis; the border voxel repeats. */
function filterAxis(
  field: Float32Array<ArrayBuffer>,
  count: number,
  stride: number,
  weight: number,
): Float32Array<ArrayBuffer> {
  const filtered = new Float32Array(field.length)
  for (let voxel = 0; voxel < field.length; voxel++) {
    const position = Math.floor(voxel / stride) % count
    const before = field[position === 0 ? voxel : voxel - stride] as number
    const after = field[position === count - 1 ? voxel : voxel + stride] as number
    filtered[voxel] = (1 - 2 * weight) * (field[voxel] as number) + weight * (before + after)
  }
  return filtered
}
