// The "Name = value" lines of a MetaImage (.mha, or .mhd beside its data), and what they mean.
import type { Point, Shape } from '../../../contract/geometry.ts'
import { notThreeDimensional } from '../files/choose-volume.ts'
import { damaged } from '../files/read-bytes.ts'
import { VOXEL_TYPES, type VoxelType, type VoxelTypeName } from '../files/voxel-types.ts'

export interface MetaImageHeader {
  readonly voxelType: VoxelType
  readonly littleEndian: boolean
  readonly compressed: boolean
  readonly text: boolean
  /** Channels first (where there are several), then width, height, depth, time */
  readonly sizes: readonly number[]
  readonly spatial: readonly [number, number, number]
  readonly shape: Shape
  readonly axes: readonly [Point, Point, Point]
  readonly origin: Point
  /** Bytes of the data file before the voxels; -1: the voxels are its last bytes */
  readonly headerSize: number
  /** LOCAL, a name, LIST and the names that follow, or a pattern with numbers */
  readonly dataFile: string
  readonly listed: readonly string[]
  /** Where the voxels of a LOCAL file begin */
  readonly dataAt: number
}

export const METAIMAGE_HEADER_BYTES = 2 ** 16

const TYPE_NAMES: Readonly<Record<string, VoxelTypeName>> = {
  ...{ MET_CHAR: 'int8', MET_UCHAR: 'uint8', MET_SHORT: 'int16', MET_USHORT: 'uint16', MET_INT: 'int32' },
  ...{ MET_UINT: 'uint32', MET_LONG: 'int32', MET_ULONG: 'uint32', MET_LONG_LONG: 'int64', MET_ULONG_LONG: 'uint64' },
  ...{ MET_FLOAT: 'float32', MET_DOUBLE: 'float64' },
}

/** Told apart by the names it begins with: there is no magic number. */
export const isMetaImage = (start: Uint8Array): boolean =>
  /^\s*(ObjectType|NDims|Comment)\s*=/.test(Buffer.from(start.subarray(0, 64)).toString('latin1'))

/** @throws OrganMosaicError invalid-file, or invalid-data for what is no 3D image */
export function parseMetaImageHeader(start: Uint8Array, path: string): MetaImageHeader {
  const { values, listed, dataAt } = readLines(start, path)
  const dimensions = Number(values.get('NDims'))
  for (const field of ['NDims', 'DimSize']) if (!values.has(field)) throw damaged(path, `lacks the field "${field}"`)
  const grid = numbers(values, ['DimSize'], dimensions, path)
  if (!grid || grid.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw damaged(
      path,
      `claims the size ${values.get('DimSize')} in ${values.get('NDims')} dimensions; expected whole numbers`,
    )
  }
  if (dimensions < 3) throw notThreeDimensional(path, `a flat image (${grid.join(' x ')})`, grid)
  const channels = Number(values.get('ElementNumberOfChannels') ?? 1)
  if (!Number.isSafeInteger(channels) || channels < 1)
    throw damaged(path, `claims ${channels} channels; expected at least 1`)
  const spacing = numbers(values, ['ElementSpacing', 'ElementSize'], dimensions, path) ?? grid.map(() => 1)
  const origin = numbers(values, ['Offset', 'Position', 'Origin'], dimensions, path) ?? grid.map(() => 0)
  const matrix = numbers(values, ['TransformMatrix', 'Rotation', 'Orientation'], dimensions ** 2, path)
  // The numbers of one axis follow each other; of a 4D image, the first three of each are the patient's.
  const axis = (n: number): Point => {
    const at = (row: number): number => (matrix ? matrix[n * dimensions + row] : Number(n === row)) * spacing[n]
    return [at(0), at(1), at(2)]
  }
  const first = channels > 1 ? 1 : 0
  return {
    voxelType: typeOf(values.get('ElementType'), path),
    littleEndian: !isTrue(values.get('BinaryDataByteOrderMSB') ?? values.get('ElementByteOrderMSB')),
    compressed: isTrue(values.get('CompressedData')),
    text: values.has('BinaryData') && !isTrue(values.get('BinaryData')),
    sizes: channels > 1 ? [channels, ...grid] : grid,
    spatial: [first, first + 1, first + 2],
    shape: [grid[2], grid[1], grid[0]],
    axes: [axis(0), axis(1), axis(2)],
    origin: [origin[0], origin[1], origin[2]],
    headerSize: Number(values.get('HeaderSize') ?? 0),
    dataFile: values.get('ElementDataFile') ?? '',
    listed,
    dataAt,
  }
}

/** The header ends with ElementDataFile; what follows is voxels, or the names of files. */
function readLines(start: Uint8Array, path: string) {
  const values = new Map<string, string>()
  for (let at = 0; at < start.length;) {
    const end = start.indexOf(10, at)
    const stop = end < 0 ? start.length : end
    const [name, ...rest] = Buffer.from(start.subarray(at, stop)).toString('latin1').split('=')
    at = stop + 1
    if (name.trim() === '' && rest.length === 0) continue
    if (rest.length === 0)
      throw damaged(path, `has the header line ${JSON.stringify(name.slice(0, 60))}; expected "Name = value"`)
    values.set(name.trim(), rest.join('=').trim())
    if (name.trim() === 'ElementDataFile') {
      const following = Buffer.from(start.subarray(at))
        .toString('latin1')
        .split(/\r?\n/)
        .map((line) => line.trim())
      const isList = /^LIST/i.test(values.get('ElementDataFile') ?? '')
      return { values, dataAt: at, listed: isList ? following.filter((line) => line !== '') : [] }
    }
  }
  throw damaged(path, 'lacks the line "ElementDataFile" that ends the header of a MetaImage')
}

const isTrue = (text: string | undefined): boolean => /^(true|1|t)$/i.test(text ?? '')

function numbers(
  values: ReadonlyMap<string, string>,
  names: readonly string[],
  count: number,
  path: string,
): number[] | null {
  const name = names.find((each) => values.has(each))
  if (name === undefined) return null
  const found = (values.get(name) ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number)
  if (found.length === count) return found
  throw damaged(path, `gives ${found.length} numbers for ${name}; expected ${count}`)
}

function typeOf(name: string | undefined, path: string): VoxelType {
  const known = TYPE_NAMES[name ?? ''] as VoxelTypeName | undefined
  if (known) return VOXEL_TYPES[known]
  throw damaged(path, `holds data of the type "${name ?? 'none'}"; expected integers or floats such as MET_SHORT`)
}
