// The bytes at the start of a NIfTI-1 or NIfTI-2 file, checked field by field before anything is allocated.
// nifti-reader-js knows the field offsets; its choice of affine is not used (it differs from nibabel's).
import { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry, Shape } from '../../../contract/geometry.ts'
import { geometryFromForms } from './nifti-affine.ts'
import { voxelTypeOf, type VoxelType } from './voxel-types.ts'

export interface NiftiHeader {
  readonly version: 1 | 2
  readonly littleEndian: boolean
  readonly voxelType: VoxelType
  readonly dataOffset: number
  readonly dataBytes: number
  /** value = stored * slope + intercept; null when the values are stored as they are */
  readonly scaling: { readonly slope: number; readonly intercept: number } | null
  readonly geometry: Geometry
  /** Sentences for people about what is unusual but was understood */
  readonly oddities: string[]
}

/** The longest header: 540 bytes of NIfTI-2. */
export const HEADER_BYTES = 540
const MAX_DATA_BYTES = 2 ** 32

/** @throws OrganMosaicError invalid-file, with one sentence on what is wrong; invalid-data for several volumes */
export function parseNiftiHeader(bytes: Uint8Array, path: string): NiftiHeader {
  const { fields, version } = readFields(bytes, path)
  const oddities: string[] = []
  const shape = shapeOf(fields.dims, path)
  const voxelType = voxelTypeOf(fields.datatypeCode, path)
  if (fields.numBitsPerVoxel !== voxelType.bytes * 8) {
    oddities.push(`${path}: says ${fields.numBitsPerVoxel} bits a voxel for ${voxelType.name}; the type is believed`)
  }
  const dataBytes = shape[0] * shape[1] * shape[2] * voxelType.bytes
  if (dataBytes > MAX_DATA_BYTES) {
    throw damaged(
      path,
      `claims ${shape.join(' x ')} voxels, ${(dataBytes / 2 ** 30).toFixed(0)} GiB; at most 4 GiB can be read`,
    )
  }
  const scaling = scalingOf(fields, path, oddities)
  const placed = geometryFromForms(
    formsOf(fields, bytes, version, path, oddities),
    shape,
    unitOf(fields, path, oddities),
    path,
  )
  return {
    version,
    littleEndian: fields.littleEndian,
    voxelType,
    dataOffset: dataOffsetOf(fields, version, path, oddities),
    dataBytes,
    scaling,
    geometry: placed.geometry,
    oddities: [...oddities, ...placed.oddities],
  }
}

const damaged = (path: string, what: string) =>
  new OrganMosaicError('invalid-file', `${path} ${what}. Re-export or re-download the file, or exclude the case.`)

function readFields(bytes: Uint8Array, path: string): { fields: NIFTI1 | NIFTI2; version: 1 | 2 } {
  if (bytes.length === 0) throw damaged(path, 'is empty; expected a NIfTI image')
  if (bytes.length < 348) {
    throw damaged(path, `ends after ${bytes.length} bytes, inside the header; expected at least 348`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)]
  const version = sizes.includes(348) ? 1 : sizes.includes(540) ? 2 : null
  if (version === null) {
    const dicom = bytes.length >= 132 && text(bytes, 128, 132) === 'DICM'
    throw damaged(
      path,
      dicom ? 'is a DICOM file; expected NIfTI' : 'is not a NIfTI file: its first number is neither 348 nor 540',
    )
  }
  checkMagic(version === 1 ? text(bytes, 344, 348) : text(bytes, 4, 12), version, path)
  if (version === 2 && bytes.length < HEADER_BYTES) {
    throw damaged(path, `ends after ${bytes.length} bytes, inside the header; expected at least ${HEADER_BYTES}`)
  }
  const fields = version === 1 ? new NIFTI1() : new NIFTI2()
  // exactly the header: with more bytes the library would follow extensions, which a damaged file sends astray
  fields.readHeader(new Uint8Array(bytes.subarray(0, version === 1 ? 348 : HEADER_BYTES)).buffer)
  return { fields, version }
}

const text = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

function checkMagic(magic: string, version: 1 | 2, path: string): void {
  const single = version === 1 ? 'n+1\0' : 'n+2\0\r\n\x1a\n'
  if (magic === single) return
  if (magic.startsWith(version === 1 ? 'ni1' : 'ni2')) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} is the header of a .hdr/.img pair; expected a single file. Convert the pair to .nii.gz.`,
    )
  }
  if (magic.startsWith('n+2')) {
    throw damaged(path, 'was altered by a text-mode transfer (its line-end bytes changed)')
  }
  const found = JSON.stringify(magic.replaceAll('\0', ''))
  throw damaged(path, `lacks the mark of a NIfTI-${version} file: expected "n+${version}", found ${found}`)
}

function shapeOf(dims: readonly number[], path: string): Shape {
  const rank = dims[0]
  if (!Number.isInteger(rank) || rank < 1 || rank > 7) throw damaged(path, `claims ${rank} dimensions; expected 3`)
  const sizes = dims.slice(1, rank + 1)
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw damaged(path, `claims the size ${sizes.join(' x ')}; every dimension needs at least 1 voxel`)
  }
  const [width, height, depth] = sizes
  const extra = sizes.slice(3).filter((size) => size > 1)
  if (rank < 3 || extra.length > 0) {
    throw new OrganMosaicError(
      'invalid-data',
      `${path} holds ${rank < 3 ? 'a flat image' : 'several volumes'} (${sizes.join(' x ')}); expected one 3D volume. ` +
        'Extract the volume to use and register that.',
      { details: { finding: 'not-three-dimensional', dims: sizes } },
    )
  }
  return [depth, height, width]
}

function scalingOf(fields: NIFTI1 | NIFTI2, path: string, oddities: string[]): NiftiHeader['scaling'] {
  const { scl_slope: slope, scl_inter: intercept } = fields
  if (slope === 0) return null
  if (!Number.isFinite(slope)) {
    // NaN is what nibabel writes for "none"; infinity is no scaling anyone meant
    if (!Number.isNaN(slope)) oddities.push(`${path}: the scaling slope is infinite; values are taken as stored`)
    return null
  }
  if (!Number.isFinite(intercept))
    throw damaged(path, `scales its values by ${slope} but adds ${intercept}; expected a number`)
  return slope === 1 && intercept === 0 ? null : { slope, intercept }
}

function dataOffsetOf(fields: NIFTI1 | NIFTI2, version: 1 | 2, path: string, oddities: string[]): number {
  const least = version === 1 ? 352 : 544
  const offset = fields.vox_offset
  if (offset === 0) {
    oddities.push(`${path}: the data offset is 0; ${least} is used`)
    return least
  }
  if (!Number.isSafeInteger(offset) || offset < least) {
    throw damaged(path, `places its data at byte ${offset}; expected a whole number of at least ${least}`)
  }
  return offset
}

/** Millimetres per unit of the header; metres and micrometres are converted as ITK does. */
function unitOf(fields: NIFTI1 | NIFTI2, path: string, oddities: string[]): number {
  const unit = fields.xyzt_units & 7
  if (unit !== 1 && unit !== 3) return 1
  oddities.push(`${path}: lengths are in ${unit === 1 ? 'metres' : 'micrometres'}; converted to millimetres`)
  return unit === 1 ? 1000 : 0.001
}

function formsOf(fields: NIFTI1 | NIFTI2, bytes: Uint8Array, version: 1 | 2, path: string, oddities: string[]) {
  const spacing: [number, number, number] = [
    Math.abs(fields.pixDims[1]),
    Math.abs(fields.pixDims[2]),
    Math.abs(fields.pixDims[3]),
  ]
  if (fields.pixDims.slice(1, 4).some((size) => size < 0)) {
    oddities.push(`${path}: negative voxel sizes in pixdim; their sign is ignored`)
  }
  return {
    sform: fields.sform_code > 0 ? readSform(bytes, version, fields.littleEndian) : null,
    qform: fields.qform_code > 0 ? readQform(fields, spacing) : null,
    spacing,
  }
}

function readSform(bytes: Uint8Array, version: 1 | 2, littleEndian: boolean): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = (index: number) =>
    version === 1 ? view.getFloat32(280 + 4 * index, littleEndian) : view.getFloat64(400 + 8 * index, littleEndian)
  return [0, 1, 2].map((row) => [0, 1, 2, 3].map((col) => at(4 * row + col)))
}

/** Sizes of 0 stay 0 here (the library would put 1), so that they are refused where the form is used. */
function readQform(fields: NIFTI1 | NIFTI2, spacing: readonly [number, number, number]): number[][] {
  const { quatern_b: b, quatern_c: c, quatern_d: d, qoffset_x: x, qoffset_y: y, qoffset_z: z } = fields
  const unit = fields.convertNiftiQFormToNiftiSForm(b, c, d, x, y, z, 1, 1, 1, fields.pixDims[0])
  return unit.slice(0, 3).map((row) => row.map((value, at) => (at < 3 ? value * spacing[at] : value)))
}
