// Where an array holds anything at all: labels fill a small part of a scan, and comparing memory is far faster than
// looking at voxels one by one.
import type { VoxelArray } from './volume.ts'

const BLOCK = 4096

/** @returns ranges [from, to) in order; what is outside of them is 0, what is inside may be */
export function filledBlocks(data: VoxelArray): [from: number, to: number][] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const size = BLOCK * data.BYTES_PER_ELEMENT
  const nothing = Buffer.alloc(size)
  const blocks: [number, number][] = []
  for (let at = 0; at < bytes.length; at += size) {
    const end = Math.min(bytes.length, at + size)
    if (bytes.compare(nothing, 0, end - at, at, end) === 0) continue
    const [from, to] = [at / data.BYTES_PER_ELEMENT, end / data.BYTES_PER_ELEMENT]
    const last = blocks.at(-1)
    if (last?.[1] === from) last[1] = to
    else blocks.push([from, to])
  }
  return blocks
}
