// The sharpness of a patch as another scan would have it: blurred by its reconstruction, or taken with larger voxels.
import type { Shape, Spacing } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Random } from '../imaging/random.ts'

type Augmentation = RunConfig['augmentation']

/** An axis so much coarser than the finest stays as it is: fewer slices still would be no picture of anything. */
const COARSE = 3

/** One along each axis: what an output voxel is made of. */
interface AxisTaps {
  /** [n * taps] positions along the axis, and their weights */
  readonly from: Int32Array
  readonly weight: Float32Array
  readonly taps: number
}

/** Blurs with its probability, by one standard deviation in voxels along all axes. @returns the image, changed or not */
export function blur(
  image: Float32Array<ArrayBuffer>,
  shape: Shape,
  random: Random,
  config: Augmentation,
): Float32Array<ArrayBuffer> {
  if (random.next() >= config.blurProbability) return image
  const sigma = random.between(...config.blurSigma)
  return applyTaps(
    image,
    shape,
    shape.map((size) => gaussianTaps(size, sigma)),
  )
}

/**
 * Brings a patch to fewer voxels and back, with its probability: the nearest voxel on the way down, linearly on the way up.
 * @returns the image, changed or not
 */
export function lowerResolution(
  image: Float32Array<ArrayBuffer>,
  shape: Shape,
  spacingMm: Spacing,
  random: Random,
  config: Augmentation,
): Float32Array<ArrayBuffer> {
  if (random.next() >= config.lowResolutionProbability) return image
  const share = random.between(config.lowResolution, 1)
  const finest = Math.min(...spacingMm)
  const taps = shape.map((size, axis) => {
    const voxels = Math.max(1, Math.round(size * share))
    return spacingMm[axis]! >= COARSE * finest || voxels === size ? null : coarseTaps(size, voxels)
  })
  return applyTaps(image, shape, taps)
}

const clamp = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1)

function gaussianTaps(size: number, sigma: number): AxisTaps {
  const radius = Math.ceil(3 * sigma)
  const taps = 2 * radius + 1
  const kernel = Array.from({ length: taps }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2))
  const sum = kernel.reduce((total, value) => total + value, 0)
  return {
    taps,
    from: Int32Array.from({ length: size * taps }, (_, k) => clamp(Math.floor(k / taps) + (k % taps) - radius, size)),
    weight: Float32Array.from({ length: size * taps }, (_, k) => kernel[k % taps]! / sum),
  }
}

/** Down to `voxels` and up again in one step. */
function coarseTaps(size: number, voxels: number): AxisTaps {
  const from = new Int32Array(2 * size)
  const weight = new Float32Array(2 * size)
  /** The voxel that a coarse one was taken from. */
  const source = (coarse: number): number => clamp(Math.floor(((coarse + 0.5) * size) / voxels), size)
  for (let i = 0; i < size; i++) {
    const at = clamp(((i + 0.5) * voxels) / size - 0.5, voxels)
    const low = Math.floor(at)
    from[2 * i] = source(low)
    from[2 * i + 1] = source(Math.min(low + 1, voxels - 1))
    weight[2 * i] = 1 - (at - low)
    weight[2 * i + 1] = at - low
  }
  return { from, weight, taps: 2 }
}

/** Axis after axis, which comes to the same as all at once. @param taps null: the axis stays as it is */
function applyTaps(
  image: Float32Array<ArrayBuffer>,
  [depth, height, width]: Shape,
  [alongDepth, alongHeight, alongWidth]: readonly (AxisTaps | null)[],
): Float32Array<ArrayBuffer> {
  let current = image
  if (alongDepth) current = applyAxis(current, alongDepth, depth, height * width)
  if (alongHeight) current = applyAxis(current, alongHeight, height, width)
  if (alongWidth) current = applyAxis(current, alongWidth, width, 1)
  return current
}

/** @param stride voxels between two neighbours along the axis */
function applyAxis(
  image: Float32Array<ArrayBuffer>,
  { from, weight, taps }: AxisTaps,
  size: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(image.length)
  if (stride === 1) return applyRows(image, out, { from, weight, taps }, size)
  for (let block = 0; block < image.length; block += size * stride) {
    for (let i = 0; i < size; i++) {
      const to = block + i * stride
      for (let k = i * taps; k < (i + 1) * taps; k++) {
        const [source, w] = [block + from[k]! * stride, weight[k]!]
        for (let j = 0; j < stride; j++) out[to + j]! += w * image[source + j]!
      }
    }
  }
  return out
}

/** Along the rows themselves a sum a voxel is quicker than a loop over neighbours of length 1. */
function applyRows(
  image: Float32Array<ArrayBuffer>,
  out: Float32Array<ArrayBuffer>,
  { from, weight, taps }: AxisTaps,
  size: number,
): Float32Array<ArrayBuffer> {
  for (let row = 0; row < image.length; row += size) {
    for (let i = 0, k = 0; i < size; i++) {
      let sum = 0
      for (const end = k + taps; k < end; k++) sum += weight[k]! * image[row + from[k]!]!
      out[row + i] = sum
    }
  }
  return out
}
