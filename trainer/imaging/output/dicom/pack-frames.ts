// Masks as bits: eight voxels a byte, the first in the lowest bit, frames following each other without a gap (PS3.5, 8.1).
import type { Volume } from '../../volume.ts'

/** @param frames each the voxels of one value in one slice */
export function packFrames(
  { data, geometry: { shape } }: Volume<Uint8Array>,
  frames: readonly { readonly value: number; readonly slice: number }[],
): Uint8Array {
  const area = shape[1] * shape[2]
  const packed = new Uint8Array(Math.ceil((frames.length * area) / 8))
  for (const [n, { value, slice }] of frames.entries()) {
    const [from, to] = [slice * area, n * area]
    for (let v = 0; v < area; v++) {
      if (data[from + v] === value) packed[(to + v) >> 3] |= 1 << ((to + v) & 7)
    }
  }
  return packed
}
