// What an NRRD header means: numbers, sizes, where the voxels are, and which axis is what.
import type { Point, Shape } from '../../../contract/geometry.ts'
import { notThreeDimensional } from '../files/choose-volume.ts'
import { damaged } from '../files/read-bytes.ts'
import { VOXEL_TYPES, type VoxelType, type VoxelTypeName } from '../files/voxel-types.ts'
import { words, type NrrdFields } from './nrrd-fields.ts'
import { spaceOf } from './nrrd-space.ts'

export interface NrrdHeader {
  readonly voxelType: VoxelType
  readonly littleEndian: boolean
  readonly encoding: 'raw' | 'gzip' | 'ascii' | 'hex'
  /** Fastest first */
  readonly sizes: readonly number[]
  /** Positions in sizes of width, height and depth, in the file's order */
  readonly spatial: readonly [number, number, number]
  readonly shape: Shape
  readonly axes: readonly [Point, Point, Point]
  readonly origin: Point
  readonly lineSkip: number
  /** -1: the voxels are the last bytes of the file */
  readonly byteSkip: number
  /** Files that hold the voxels, relative to the header; empty when they follow it */
  readonly dataFiles: readonly string[]
  readonly oddities: readonly string[]
}

const TYPE_NAMES: readonly (readonly [VoxelTypeName, RegExp])[] = [
  ['int8', /^(signed char|int8|int8_t)$/],
  ['uint8', /^(uchar|unsigned char|uint8|uint8_t)$/],
  ['int16', /^(short|short int|signed short|signed short int|int16|int16_t)$/],
  ['uint16', /^(ushort|unsigned short|unsigned short int|uint16|uint16_t)$/],
  ['int32', /^(int|signed int|int32|int32_t)$/],
  ['uint32', /^(uint|unsigned int|uint32|uint32_t)$/],
  ['int64', /^(longlong|long long|long long int|signed long long|signed long long int|int64|int64_t)$/],
  ['uint64', /^(ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t)$/],
  ['float32', /^float$/],
  ['float64', /^double$/],
]
const ENCODINGS: Readonly<Record<string, NrrdHeader['encoding']>> = {
  ...{ raw: 'raw', gzip: 'gzip', gz: 'gzip', ascii: 'ascii', text: 'ascii', txt: 'ascii', hex: 'hex' },
}
const COLOUR = /^(rgb-color|hsv-color|xyz-color|rgba-color|complex|quaternion|.*matrix.*)$/i

/** @throws OrganMosaicError invalid-file, or invalid-data for what is no 3D image */
export function parseNrrdHeader(parsed: NrrdFields, path: string): NrrdHeader {
  const { fields } = parsed
  const dimension = Number(required(fields, 'dimension', path))
  const sizes = words(required(fields, 'sizes', path)).map(Number)
  if (sizes.length !== dimension || sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw damaged(
      path,
      `claims the sizes ${sizes.join(' x ')} in ${dimension} dimensions; expected that many whole numbers`,
    )
  }
  const kinds = words(fields.get('kinds') ?? '')
  const colour = kinds.find((kind, axis) => COLOUR.test(kind) && sizes[axis] > 1)
  if (colour !== undefined)
    throw damaged(path, `holds ${colour} values; expected one number a voxel. Convert it to a scalar image`)
  const space = spaceOf(fields, sizes, kinds, path)
  if (space === null)
    throw notThreeDimensional(path, `an image of ${dimension} dimensions (${sizes.join(' x ')})`, sizes)
  const [i, j, k] = space.spatial
  const voxelType = typeOf(required(fields, 'type', path), path)
  const encoding = ENCODINGS[required(fields, 'encoding', path).toLowerCase()] as NrrdHeader['encoding'] | undefined
  if (encoding === undefined) {
    throw damaged(
      path,
      `is encoded as ${fields.get('encoding')}; expected raw, gzip, ascii or hex. Save it with one of these`,
    )
  }
  const endian = (fields.get('endian') ?? 'little').toLowerCase()
  return {
    ...space,
    voxelType,
    littleEndian: endian !== 'big',
    encoding,
    sizes,
    shape: [sizes[k], sizes[j], sizes[i]],
    lineSkip: skipOf(fields, 'line skip', path),
    byteSkip: skipOf(fields, 'byte skip', path),
    dataFiles: dataFilesOf(parsed, path),
  }
}

function required(fields: ReadonlyMap<string, string>, name: string, path: string): string {
  const value = fields.get(name)
  if (value !== undefined) return value
  throw damaged(path, `lacks the field "${name}" in its NRRD header`)
}

function typeOf(name: string, path: string): VoxelType {
  const found = TYPE_NAMES.find(([, pattern]) => pattern.test(name.toLowerCase()))
  if (found) return VOXEL_TYPES[found[0]]
  throw damaged(path, `holds data of the type "${name}"; expected integers or floats of 8 to 64 bits`)
}

function skipOf(fields: ReadonlyMap<string, string>, name: string, path: string): number {
  const value = Number(fields.get(name) ?? fields.get(name.replace(' ', '')) ?? 0)
  if (Number.isSafeInteger(value) && value >= -1) return value
  throw damaged(path, `skips "${fields.get(name)}" (${name}); expected a whole number`)
}

/** One name, a pattern such as "slice%03d.raw 1 20 1", or a list of names in the lines that follow. */
function dataFilesOf({ fields, listed }: NrrdFields, path: string): string[] {
  const value = fields.get('data file') ?? fields.get('datafile')
  if (value === undefined) return []
  if (/^LIST/i.test(value)) return [...listed]
  const [name, first, last, step = '1', ...rest] = words(value)
  const number = /%0?(\d*)d/.exec(name)
  if (!number || last === undefined || rest.length > 1) return [value]
  const [from, to, by] = [first, last, step].map(Number)
  const count = Math.floor((to - from) / by) + 1
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    throw damaged(path, `names its data files "${value}"; expected a pattern, the first, the last number and the step`)
  }
  return Array.from({ length: count }, (_, at) =>
    name.replace(number[0], String(from + at * by).padStart(Number(number[1] || 0), '0')),
  )
}
