// Reads NRRD, attached (.nrrd) or detached (.nhdr with its data files), raw, gzip, ascii or hex, into a volume.
import { endianness } from 'node:os'
import { besideHeader } from '../files/beside.ts'
import { chooseVolume } from '../files/choose-volume.ts'
import { decodeVoxels } from '../files/decode-voxels.ts'
import { pickVolume, volumesIn } from '../files/pick-volume.ts'
import { damaged, inflateTo, readStart, readWhole, requireReadable, truncated } from '../files/read-bytes.ts'
import { geometryFromAxes } from '../geometry-from-axes.ts'
import type { Volume, VoxelArray } from '../volume.ts'
import { NRRD_HEADER_BYTES, parseNrrdFields, type NrrdFields } from './nrrd-fields.ts'
import { parseNrrdHeader, type NrrdHeader } from './nrrd-header.ts'

export interface NrrdFile {
  readonly header: NrrdHeader
  readonly parsed: NrrdFields
}

/** The header alone. @throws OrganMosaicError as readNrrd */
export async function readNrrdHeader(path: string): Promise<NrrdFile> {
  const parsed = parseNrrdFields(await readStart(path, NRRD_HEADER_BYTES), path)
  return { parsed, header: parseNrrdHeader(parsed, path) }
}

/** The files that a header needs beside itself, absolute. */
export const nrrdDataFiles = ({ header }: NrrdFile, path: string): string[] =>
  header.dataFiles.map((name) => besideHeader(path, name))

/**
 * @param number which volume of a file with several, from 1
 * @throws OrganMosaicError not-found, invalid-file, invalid-data (several volumes)
 */
export async function readNrrd(
  path: string,
  number: number | null = null,
): Promise<{ volume: Volume; oddities: string[] }> {
  const file = await readNrrdHeader(path)
  const { sizes, spatial, oddities } = file.header
  const at = chooseVolume(volumesIn(sizes, spatial), number, sizes, path)
  const placed = geometryFromAxes(file.header, path)
  const data = pickVolume(await readNrrdValues(file, path), sizes, spatial, at)
  return { volume: { data, geometry: placed.geometry }, oddities: [...oddities, ...placed.oddities] }
}

/** Every value of the file, in its own order. */
export async function readNrrdValues(file: NrrdFile, path: string): Promise<VoxelArray> {
  const { header, parsed } = file
  const { sizes, voxelType, encoding } = header
  const total = requireReadable(sizes.toReversed(), voxelType.bytes, path)
  const places = nrrdDataFiles(file, path)
  if (places.length === 0 && parsed.dataAt === null)
    throw damaged(path, 'ends after its header; expected the voxels, or the field "data file"')
  if (total % Math.max(1, places.length) !== 0)
    throw damaged(path, `spreads ${total} bytes over ${places.length} files; expected equal parts`)
  const parts: Uint8Array[] = []
  const share = total / Math.max(1, places.length)
  if (places.length === 0)
    parts.push(await decodePart((await readWhole(path)).subarray(parsed.dataAt ?? 0), header, share, path))
  for (const place of places) parts.push(await decodePart(await readWhole(place), header, share, place))
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts)
  // Numbers written as text become those of this machine.
  const littleEndian = encoding === 'ascii' ? endianness() === 'LE' : header.littleEndian
  return decodeVoxels(bytes, { littleEndian, voxelType, dataOffset: 0, dataBytes: total, scaling: null }, path)
}

/** Exactly `expected` bytes of voxels. */
async function decodePart(stored: Uint8Array, header: NrrdHeader, expected: number, path: string): Promise<Uint8Array> {
  let packed = stored
  for (let line = 0; line < header.lineSkip; line++) packed = packed.subarray(packed.indexOf(10) + 1)
  const skip = Math.max(0, header.byteSkip)
  // A skip counts bytes of what is compressed, not of the stream.
  const bytes = header.encoding === 'gzip' ? await inflateTo(packed, expected + skip, path) : packed
  const from = header.byteSkip === -1 ? Math.max(0, bytes.length - expected) : skip
  const rest = bytes.subarray(from)
  if (header.encoding === 'ascii') return asciiBytes(rest, header, expected, path)
  if (header.encoding === 'hex') return hexBytes(rest, expected, path)
  if (rest.length < expected) throw truncated(path, expected, rest.length)
  return rest.subarray(0, expected)
}

function hexBytes(text: Uint8Array, expected: number, path: string): Uint8Array {
  const bytes = Buffer.from(Buffer.from(text).toString('latin1').replace(/\s+/g, ''), 'hex')
  if (bytes.length < expected) throw truncated(path, expected, bytes.length)
  return bytes.subarray(0, expected)
}

/** Numbers separated by white space or commas, as bytes of their type. */
function asciiBytes(text: Uint8Array, { voxelType }: NrrdHeader, expected: number, path: string): Uint8Array {
  const count = expected / voxelType.bytes
  const numbers = Buffer.from(text)
    .toString('latin1')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  if (numbers.length < count) throw truncated(path, count, numbers.length)
  const values = voxelType.view(new ArrayBuffer(expected))
  for (let at = 0; at < count; at++) {
    const value = Number(numbers[at])
    if (Number.isNaN(value) && !/^[-+]?nan$/i.test(numbers[at]))
      throw damaged(path, `holds "${numbers[at].slice(0, 20)}" among its numbers`)
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) values[at] = BigInt(Math.trunc(value) || 0)
    else values[at] = value
  }
  return new Uint8Array(values.buffer)
}
