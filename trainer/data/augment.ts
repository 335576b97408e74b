// A patch cut out of a case: rotation, scaling, shift, mirroring and bending in one interpolation.
// Augmentation is a function of the random stream alone; with it off, cutting is a plain copy.
import type { Shape, Spacing } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Random } from '../imaging/random.ts'
import type { ElasticField } from './elastic-field.ts'

type Augmentation = RunConfig['augmentation']

/** Patch voxel offset from the patch centre -> case voxel offset, row-major 3 x 3 in [depth, height, width]. */
export type OffsetMatrix = readonly [number, number, number, number, number, number, number, number, number]

export const IDENTITY: OffsetMatrix = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Rotation about the body's long axis fully, about the others by half of it; isotropic zoom; optional left-right flip. */
export function drawOffsetMatrix(
  random: Random,
  config: Augmentation,
  spacingMm: Spacing,
  mirror: boolean,
): OffsetMatrix {
  const flip = mirror ? -1 : 1
  if (random.next() >= config.probability) return [1, 0, 0, 0, 1, 0, 0, 0, flip]
  const limit = (config.rotationDeg * Math.PI) / 180
  const [about0, about1, about2] = [
    random.between(-limit, limit),
    random.between(-limit / 2, limit / 2),
    random.between(-limit / 2, limit / 2),
  ]
  const zoom = random.between(1 - config.scale, 1 + config.scale)
  const rotation = multiply(rotate(0, about0), multiply(rotate(1, about1), rotate(2, about2)))
  // Voxels to millimetres, rotate, back to voxels: row r is divided by its spacing, column c multiplied by its own.
  return rotation.map((value, index) => {
    const [row, column] = [Math.floor(index / 3), index % 3]
    return ((value * spacingMm[column]!) / spacingMm[row]!) * zoom * (column === 2 ? flip : 1)
  }) as unknown as OffsetMatrix
}

export interface CutSource {
  readonly shape: Shape
  /** One a channel: [D, H, W] */
  readonly channels: readonly Float32Array[]
  readonly codes: Uint16Array
  /** Of each channel */
  readonly outside: readonly number[]
}

/**
 * @param centre case voxel at the patch's centre
 * @param outsideCode code of voxels outside the scanned volume
 * @param bend moves what each voxel shows; null: nothing bends
 * @returns image [channels, V] and codes [V] of the patch; all channels are cut alike
 */
export function cutPatch(
  source: CutSource,
  patch: Shape,
  centre: readonly [number, number, number],
  matrix: OffsetMatrix,
  outsideCode: number,
  bend: ElasticField | null = null,
): { image: Float32Array<ArrayBuffer>; codes: Int32Array<ArrayBuffer> } {
  const voxels = patch[0] * patch[1] * patch[2]
  const image = new Float32Array(source.channels.length * voxels)
  const codes = new Int32Array(voxels)
  const half = patch.map((size) => (size - 1) / 2) as [number, number, number]
  const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = matrix
  const [depth, height, width] = source.shape
  for (let z = 0, v = 0; z < patch[0]; z++) {
    for (let y = 0; y < patch[1]; y++) {
      const [dz, dy, dx] = [z - half[0], y - half[1], -half[2]]
      let pz = centre[0] + m00 * dz + m01 * dy + m02 * dx
      let py = centre[1] + m10 * dz + m11 * dy + m12 * dx
      let px = centre[2] + m20 * dz + m21 * dy + m22 * dx
      const [bz, by, bx] = bend ? bend.row(z, y) : [null, null, null]
      for (let x = 0; x < patch[2]; x++, v++, pz += m02, py += m12, px += m22) {
        const sz = bz ? pz + bz[x]! : pz
        const sy = by ? py + by[x]! : py
        const sx = bx ? px + bx[x]! : px
        const [nz, ny, nx] = [Math.round(sz), Math.round(sy), Math.round(sx)]
        if (nz < 0 || ny < 0 || nx < 0 || nz >= depth || ny >= height || nx >= width) {
          for (let c = 0; c < source.outside.length; c++) image[c * voxels + v] = source.outside[c]!
          codes[v] = outsideCode
        } else {
          for (let c = 0; c < source.channels.length; c++) {
            image[c * voxels + v] = interpolate(source.channels[c]!, source.shape, sz, sy, sx)
          }
          codes[v] = source.codes[(nz * height + ny) * width + nx]!
        }
      }
    }
  }
  return { image, codes }
}

/** Trilinear, clamped at the borders. */
function interpolate(image: Float32Array, [depth, height, width]: Shape, z: number, y: number, x: number): number {
  const clampedZ = Math.min(Math.max(z, 0), depth - 1)
  const clampedY = Math.min(Math.max(y, 0), height - 1)
  const clampedX = Math.min(Math.max(x, 0), width - 1)
  const [z0, y0, x0] = [Math.floor(clampedZ), Math.floor(clampedY), Math.floor(clampedX)]
  const [fz, fy, fx] = [clampedZ - z0, clampedY - y0, clampedX - x0]
  const plane = height * width
  const base = z0 * plane + y0 * width + x0
  const dz = z0 + 1 < depth ? plane : 0
  const dy = y0 + 1 < height ? width : 0
  const dx = x0 + 1 < width ? 1 : 0
  const row = (at: number): number => image[at]! + fx * (image[at + dx]! - image[at]!)
  const near = row(base) + fy * (row(base + dy) - row(base))
  const far = row(base + dz) + fy * (row(base + dz + dy) - row(base + dz))
  return near + fz * (far - near)
}

/** Blanks slices at one end, as in a scan that ends there. @param channels [V] each */
export function narrowFieldOfView(
  patch: Shape,
  channels: readonly Float32Array[],
  codes: Int32Array,
  random: Random,
  outside: { values: readonly number[]; code: number },
): void {
  const slices = Math.floor(random.between(0.1, 0.45) * patch[0])
  const plane = patch[1] * patch[2]
  const start = random.next() < 0.5 ? 0 : codes.length - slices * plane
  for (const [c, channel] of channels.entries()) channel.fill(outside.values[c]!, start, start + slices * plane)
  codes.fill(outside.code, start, start + slices * plane)
}

function rotate(axis: 0 | 1 | 2, angle: number): number[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  if (axis === 0) return [1, 0, 0, 0, cos, -sin, 0, sin, cos]
  if (axis === 1) return [cos, 0, sin, 0, 1, 0, -sin, 0, cos]
  return [cos, -sin, 0, sin, cos, 0, 0, 0, 1]
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, index) => {
    const [row, column] = [Math.floor(index / 3), index % 3]
    return a[row * 3]! * b[column]! + a[row * 3 + 1]! * b[3 + column]! + a[row * 3 + 2]! * b[6 + column]!
  })
}
