// The bytes at the start of a NIfTI-1 or NIfTI-2 file, checked field by field before anything is allocated.
// nifti-reader-js knows the field offsets; its choice of affine is not used (it differs from nibabel's).
import { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import type { Geometry, Shape } from '../../../contract/geometry.ts'
import { notThreeDimensional } from '../files/choose-volume.ts'
import type { StoredVoxels } from '../files/decode-voxels.ts'
import { damaged, requireReadable } from '../files/read-bytes.ts'
import { readAnalyzeForms } from './analyze-forms.ts'
import { geometryFromForms } from './nifti-affine.ts'
import { voxelTypeOf } from './nifti-types.ts'

export interface NiftiHeader extends StoredVoxels {
  /** analyze: the older format, which knows no orientation */
  readonly version: 1 | 2 | 'analyze'
  /** The voxels are in another file */
  readonly pair: boolean
  /** How many follow each other, each of dataBytes */
  readonly volumes: number
  /** All sizes of the file, width first */
  readonly sizes: readonly number[]
  readonly geometry: Geometry
  /** Sentences for people about what is unusual but was understood */
  readonly oddities: string[]
}

/** The longest header: 540 bytes of NIfTI-2. */
export const HEADER_BYTES = 540

/** @throws OrganMosaicError invalid-file, with one sentence on what is wrong; invalid-data for several volumes */
export function parseNiftiHeader(bytes: Uint8Array, path: string): NiftiHeader {
  const { fields, version, pair } = readFields(bytes, path)
  const oddities: string[] = []
  const { shape, sizes, volumes } = shapeOf(fields.dims, path)
  const voxelType = voxelTypeOf(fields.datatypeCode, path)
  if (fields.numBitsPerVoxel !== voxelType.bytes * 8) {
    oddities.push(`${path}: says ${fields.numBitsPerVoxel} bits a voxel for ${voxelType.name}; the type is believed`)
  }
  const dataBytes = requireReadable(shape, voxelType.bytes, path)
  const forms =
    version === 'analyze'
      ? readAnalyzeForms(bytes, shape, fields.littleEndian, path, oddities)
      : formsOf(fields, bytes, version, path, oddities)
  const unit = version === 'analyze' ? 1 : unitOf(fields, path, oddities)
  const placed = geometryFromForms(forms, shape, unit, path)
  return {
    version,
    pair,
    littleEndian: fields.littleEndian,
    voxelType,
    dataOffset: dataOffsetOf(fields, version, pair, path, oddities),
    dataBytes,
    volumes,
    sizes,
    scaling: scalingOf(fields, path, oddities),
    geometry: placed.geometry,
    oddities: [...oddities, ...placed.oddities],
  }
}

interface Fields {
  readonly fields: NIFTI1 | NIFTI2
  readonly version: NiftiHeader['version']
  readonly pair: boolean
}

function readFields(bytes: Uint8Array, path: string): Fields {
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
  const magic = version === 1 ? text(bytes, 344, 348) : text(bytes, 4, 12)
  const pair = /\.hdr(\.gz)?$/i.test(path)
  const analyze = pair && version === 1 && !/^n[i+]1/.test(magic)
  if (!analyze) checkMagic(magic, version, pair, path)
  if (version === 2 && bytes.length < HEADER_BYTES) {
    throw damaged(path, `ends after ${bytes.length} bytes, inside the header; expected at least ${HEADER_BYTES}`)
  }
  const fields = version === 1 ? new NIFTI1() : new NIFTI2()
  // exactly the header: with more bytes the library would follow extensions, which a damaged file sends astray
  fields.readHeader(new Uint8Array(bytes.subarray(0, version === 1 ? 348 : HEADER_BYTES)).buffer)
  return { fields, version: analyze ? 'analyze' : version, pair: pair && !magic.startsWith('n+') }
}

const text = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

function checkMagic(magic: string, version: 1 | 2, pair: boolean, path: string): void {
  const single = version === 1 ? 'n+1\0' : 'n+2\0\r\n\x1a\n'
  if (magic === single) return
  if (magic.startsWith(version === 1 ? 'ni1' : 'ni2')) {
    if (pair) return
    throw damaged(path, 'is the header of a pair; expected its name to end in .hdr, beside a file that ends in .img')
  }
  if (magic.startsWith('n+2')) {
    throw damaged(path, 'was altered by a text-mode transfer (its line-end bytes changed)')
  }
  const found = JSON.stringify(magic.replaceAll('\0', ''))
  throw damaged(path, `lacks the mark of a NIfTI-${version} file: expected "n+${version}", found ${found}`)
}

function shapeOf(dims: readonly number[], path: string): { shape: Shape; sizes: readonly number[]; volumes: number } {
  const rank = dims[0]
  if (!Number.isInteger(rank) || rank < 1 || rank > 7) throw damaged(path, `claims ${rank} dimensions; expected 3`)
  const sizes = dims.slice(1, rank + 1)
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw damaged(path, `claims the size ${sizes.join(' x ')}; every dimension needs at least 1 voxel`)
  }
  if (rank < 3) throw notThreeDimensional(path, `a flat image (${sizes.join(' x ')})`, sizes)
  const [width, height, depth] = sizes
  const volumes = sizes.slice(3).reduce((product, size) => product * size, 1)
  return { shape: [depth, height, width], sizes, volumes }
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

function dataOffsetOf(
  fields: NIFTI1 | NIFTI2,
  version: NiftiHeader['version'],
  pair: boolean,
  path: string,
  oddities: string[],
): number {
  const least = pair ? 0 : version === 2 ? 544 : 352
  const offset = fields.vox_offset
  if (pair && offset === 0) return 0
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
