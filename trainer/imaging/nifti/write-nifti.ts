// Writes a volume as a NIfTI-1 file that nibabel, ITK and 3D Slicer open in the right place: sform and qform agree.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { determinant } from '../matrix3.ts'
import type { Volume, VoxelArray } from '../volume.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'

const gzipAsync = promisify(gzip)
const DATA_OFFSET = 352

/**
 * @param path .nii, or .nii.gz (gzip level 1); the file is complete or absent, never half written
 * @throws OrganMosaicError usage for another extension, invalid-data for more than 32767 voxels along an axis
 */
export async function writeNifti(path: string, volume: Volume, options: { description?: string } = {}): Promise<void> {
  if (!/\.nii(\.gz)?$/i.test(path)) {
    throw new OrganMosaicError('usage', `${path}: expected a name that ends in .nii or .nii.gz.`)
  }
  const { data } = volume
  const header = niftiHeader(volume.geometry, voxelTypeCode(data), data.BYTES_PER_ELEMENT, options.description ?? '')
  const bytes = Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
  await writeFileAtomically(path, path.toLowerCase().endsWith('.gz') ? await gzipAsync(bytes, { level: 1 }) : bytes)
}

function voxelTypeCode(data: VoxelArray): number {
  if (data instanceof Uint8Array) return 2
  if (data instanceof Int8Array) return 256
  if (data instanceof Int16Array) return 4
  if (data instanceof Uint16Array) return 512
  if (data instanceof Int32Array) return 8
  if (data instanceof Uint32Array) return 768
  return data instanceof Float32Array ? 16 : 64
}

/** 348 bytes of header and the empty extension flag. */
function niftiHeader(geometry: Geometry, code: number, bytesPerVoxel: number, description: string): Uint8Array {
  const [depth, height, width] = geometry.shape
  if (Math.max(depth, height, width) > 32767) {
    throw new OrganMosaicError(
      'invalid-data',
      `A volume of ${geometry.shape.join(' x ')} voxels does not fit NIfTI-1, which holds up to 32767 along an axis.`,
    )
  }
  const bytes = new Uint8Array(DATA_OFFSET)
  const view = new DataView(bytes.buffer)
  const int16 = (at: number, values: number[]) => values.forEach((value, n) => view.setInt16(at + 2 * n, value, true))
  const float32 = (at: number, values: readonly number[]) =>
    values.forEach((value, n) => view.setFloat32(at + 4 * n, value, true))
  const { sform, quaternion, handedness, offset } = forms(geometry)
  const [sz, sy, sx] = geometry.spacingMm
  view.setInt32(0, 348, true)
  int16(40, [3, width, height, depth, 1, 1, 1, 1])
  int16(70, [code, bytesPerVoxel * 8])
  float32(76, [handedness, sx, sy, sz, 1, 1, 1, 1])
  float32(108, [DATA_OFFSET, 1, 0])
  view.setUint8(123, 2) // millimetres
  bytes.set(Buffer.from(description, 'utf8').subarray(0, 79), 148)
  int16(252, [1, 1])
  float32(256, [...quaternion, ...offset])
  float32(280, sform)
  bytes.set(Buffer.from('n+1\0', 'latin1'), 344)
  return bytes
}

/** LPS geometry -> RAS sform rows (12 numbers), quaternion (b, c, d), qfac and offset. */
function forms(geometry: Geometry) {
  const sign = [-1, -1, 1]
  const ras = geometry.direction.map((value, at) => sign[Math.floor(at / 3)] * value)
  const offset = geometry.origin.map((value, row) => sign[row] * value)
  const [sz, sy, sx] = geometry.spacingMm
  const sform = [0, 1, 2].flatMap((row) => [
    ras[3 * row] * sx,
    ras[3 * row + 1] * sy,
    ras[3 * row + 2] * sz,
    offset[row],
  ])
  const handedness = determinant(ras) < 0 ? -1 : 1
  const rotation = ras.map((value, at) => (at % 3 === 2 ? value * handedness : value))
  return { sform, quaternion: quaternionOf(rotation), handedness, offset }
}

/** (b, c, d) of a rotation with a >= 0, from whichever component is largest (Shepperd 1978). */
function quaternionOf(r: readonly number[]): [number, number, number] {
  const trace = r[0] + r[4] + r[8]
  const squares = [1 + trace, 1 + 2 * r[0] - trace, 1 + 2 * r[4] - trace, 1 + 2 * r[8] - trace]
  const largest = squares.indexOf(Math.max(...squares))
  const s = 2 * Math.sqrt(squares[largest])
  const [a, b, c, d] = [
    [s / 4, (r[7] - r[5]) / s, (r[2] - r[6]) / s, (r[3] - r[1]) / s],
    [(r[7] - r[5]) / s, s / 4, (r[1] + r[3]) / s, (r[2] + r[6]) / s],
    [(r[2] - r[6]) / s, (r[1] + r[3]) / s, s / 4, (r[5] + r[7]) / s],
    [(r[3] - r[1]) / s, (r[2] + r[6]) / s, (r[5] + r[7]) / s, s / 4],
  ][largest]
  return a < 0 ? [-b, -c, -d] : [b, c, d]
}
