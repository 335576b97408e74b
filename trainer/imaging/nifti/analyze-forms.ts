// Where an Analyze 7.5 image lies: its header has voxel sizes, and SPM's variant an origin, but no orientation. Read as
// nibabel reads it: the first axis runs from right to left.
import type { Shape } from '../../../contract/geometry.ts'
import type { NiftiForms } from './nifti-affine.ts'

const ORIGIN_AT = 253

/** Forms of the same kind as a NIfTI header has them. */
export function readAnalyzeForms(
  bytes: Uint8Array,
  shape: Shape,
  littleEndian: boolean,
  path: string,
  oddities: string[],
): NiftiForms {
  oddities.push(
    `${path}: an Analyze header does not say which side is the left; the first axis is taken to run from right to left. Compare a case in the viewer`,
  )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = (axis: number): number => Math.abs(view.getFloat32(76 + 4 * axis, littleEndian)) || 1
  const spacing: [number, number, number] = [size(1), size(2), size(3)]
  const [x, y, z] = [0, 1, 2].map((axis) => view.getInt16(ORIGIN_AT + 2 * axis, littleEndian))
  const [depth, height, width] = shape
  const inside = [x, y, z].every(
    (at, axis) => at > -2 * [width, height, depth][axis] && at < 2 * [width, height, depth][axis],
  )
  if ((x === 0 && y === 0 && z === 0) || !inside) return { sform: null, qform: null, spacing }
  const [sx, sy, sz] = spacing
  // SPM counts voxels from 1
  const sform = [
    [-sx, 0, 0, sx * (x - 1)],
    [0, sy, 0, -sy * (y - 1)],
    [0, 0, sz, -sz * (z - 1)],
  ]
  return { sform, qform: null, spacing }
}
