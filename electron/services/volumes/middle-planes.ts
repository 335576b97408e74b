// The three middle planes of a volume in canonical axis order, taken before the volume itself is reordered.
import type { Shape } from '../../../contract/geometry.ts'
import type { AxisTransform } from '../../../trainer/imaging/canonical.ts'
import type { StoredArray } from './to-stored.ts'

/** @param shape canonical @returns depth, height and width of the planes */
export const middleOf = (shape: Shape): [number, number, number] => [shape[0] >> 1, shape[1] >> 1, shape[2] >> 1]

/**
 * @param data in the file's axis order
 * @param fileShape of the file
 * @param transform from the file's axis order to the canonical one
 * @returns the bytes of the axial [height, width], coronal [depth, width] and sagittal [depth, height] plane
 */
export function middlePlanes(data: StoredArray, fileShape: Shape, { axes, flips }: AxisTransform): Uint8Array {
  const fileStride = [fileShape[1] * fileShape[2], fileShape[2], 1]
  const shape: Shape = [fileShape[axes[0]], fileShape[axes[1]], fileShape[axes[2]]]
  const stride = axes.map((axis, n) => (flips[n] ? -1 : 1) * fileStride[axis])
  const start = axes.reduce((sum, axis, n) => sum + (flips[n] ? (fileShape[axis] - 1) * fileStride[axis] : 0), 0)
  const middle = middleOf(shape)
  const planes = [0, 1, 2].map((across) => {
    const [rows, columns] = [0, 1, 2].filter((axis) => axis !== across)
    const first = start + middle[across] * stride[across]
    const plane = data.slice(0, shape[rows] * shape[columns])
    for (let row = 0, to = 0; row < shape[rows]; row++) {
      let from = first + row * stride[rows]
      for (let column = 0; column < shape[columns]; column++, from += stride[columns]) plane[to++] = data[from]
    }
    return bytesOf(plane)
  })
  return new Uint8Array(Buffer.concat(planes))
}

export const bytesOf = (data: StoredArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
