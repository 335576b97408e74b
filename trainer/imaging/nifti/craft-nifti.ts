// Test helper: the bytes of a NIfTI file with any header, right or wrong, to see what the reader makes of it.
import { gzipSync } from 'node:zlib'

export interface CraftedHeader {
  version?: 1 | 2
  littleEndian?: boolean
  headerSize?: number
  dim?: number[]
  datatype?: number
  bitpix?: number
  pixdim?: number[]
  voxOffset?: number
  slope?: number
  intercept?: number
  units?: number
  qformCode?: number
  sformCode?: number
  quaternion?: number[]
  qoffset?: number[]
  sform?: number[]
  magic?: string
}

/** int16, 2 x 2 x 2 voxels of 1 mm at the origin, LPS identity, unless told otherwise. */
const DEFAULTS: Required<CraftedHeader> = {
  version: 1,
  littleEndian: true,
  headerSize: 348,
  dim: [3, 2, 2, 2, 1, 1, 1, 1],
  datatype: 4,
  bitpix: 16,
  pixdim: [1, 1, 1, 1, 1, 1, 1, 1],
  voxOffset: 352,
  slope: 1,
  intercept: 0,
  units: 2,
  qformCode: 0,
  sformCode: 1,
  quaternion: [0, 0, 1],
  qoffset: [0, 0, 0],
  sform: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0],
  magic: 'n+1\0',
}

/** @param voxels bytes after the header, by default 16 zeros */
export function craftNifti(header: CraftedHeader = {}, voxels: Uint8Array = new Uint8Array(16)): Uint8Array {
  const second = header.version === 2 ? { headerSize: 540, voxOffset: 544, magic: 'n+2\0\r\n\x1a\n' } : {}
  const fields = { ...DEFAULTS, ...second, ...header }
  const bytes = new Uint8Array(fields.version === 1 ? 352 : 544)
  const view = new DataView(bytes.buffer)
  const { littleEndian } = fields
  const put = {
    int16: (at: number, values: number[]) => values.forEach((v, n) => view.setInt16(at + 2 * n, v, littleEndian)),
    int32: (at: number, values: number[]) => values.forEach((v, n) => view.setInt32(at + 4 * n, v, littleEndian)),
    int64: (at: number, values: number[]) =>
      values.forEach((v, n) => view.setBigInt64(at + 8 * n, BigInt(v), littleEndian)),
    float32: (at: number, values: number[]) => values.forEach((v, n) => view.setFloat32(at + 4 * n, v, littleEndian)),
    float64: (at: number, values: number[]) => values.forEach((v, n) => view.setFloat64(at + 8 * n, v, littleEndian)),
  }
  put.int32(0, [fields.headerSize])
  const magic = Buffer.from(fields.magic, 'latin1')
  if (fields.version === 1) {
    put.int16(40, fields.dim)
    put.int16(70, [fields.datatype, fields.bitpix])
    put.float32(76, fields.pixdim)
    put.float32(108, [fields.voxOffset, fields.slope, fields.intercept])
    bytes[123] = fields.units
    put.int16(252, [fields.qformCode, fields.sformCode])
    put.float32(256, [...fields.quaternion, ...fields.qoffset, ...fields.sform])
    bytes.set(magic, 344)
  } else {
    bytes.set(magic, 4)
    put.int16(12, [fields.datatype, fields.bitpix])
    put.int64(16, fields.dim)
    put.float64(104, fields.pixdim)
    put.int64(168, [fields.voxOffset])
    put.float64(176, [fields.slope, fields.intercept])
    put.int32(344, [fields.qformCode, fields.sformCode])
    put.float64(352, [...fields.quaternion, ...fields.qoffset, ...fields.sform])
    put.int32(500, [fields.units])
  }
  return Buffer.concat([bytes, voxels])
}

export const craftGzip = (header: CraftedHeader = {}, voxels?: Uint8Array): Uint8Array =>
  gzipSync(craftNifti(header, voxels))
