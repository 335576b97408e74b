// Reads MetaImage, with its voxels inside (.mha) or in files of their own (.mhd), plain or zlib-compressed, into a volume.
import { besideHeader } from '../files/beside.ts'
import { chooseVolume } from '../files/choose-volume.ts'
import { decodeVoxels } from '../files/decode-voxels.ts'
import { pickVolume, volumesIn } from '../files/pick-volume.ts'
import { damaged, inflateTo, readStart, readWhole, requireReadable, truncated } from '../files/read-bytes.ts'
import { geometryFromAxes } from '../geometry-from-axes.ts'
import type { Volume } from '../volume.ts'
import { METAIMAGE_HEADER_BYTES, parseMetaImageHeader, type MetaImageHeader } from './metaimage-header.ts'

/** @throws OrganMosaicError as readMetaImage */
export async function readMetaImageHeader(path: string): Promise<MetaImageHeader> {
  return parseMetaImageHeader(await readStart(path, METAIMAGE_HEADER_BYTES), path)
}

/** The files that a header needs beside itself, absolute. */
export function metaImageDataFiles({ dataFile, listed, shape }: MetaImageHeader, path: string): string[] {
  if (/^LOCAL$/i.test(dataFile)) return []
  if (/^LIST/i.test(dataFile)) return listed.map((name) => besideHeader(path, name))
  const [pattern, first, last, step = '1'] = dataFile.split(/\s+/)
  const number = /%0?(\d*)d/.exec(pattern)
  if (!number) return [besideHeader(path, dataFile)]
  const [from, by] = [Number(first || 1), Number(step)]
  const to = Number(last || from + (shape[0] - 1) * by)
  const count = Math.floor((to - from) / by) + 1
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw damaged(path, `names its data files "${dataFile}"; expected a pattern and numbers`)
  return Array.from({ length: count }, (_, at) =>
    besideHeader(path, pattern.replace(number[0], String(from + at * by).padStart(Number(number[1] || 0), '0'))),
  )
}

/**
 * @param number which volume of a file with several, from 1
 * @throws OrganMosaicError not-found, invalid-file, invalid-data (several volumes)
 */
export async function readMetaImage(
  path: string,
  number: number | null = null,
): Promise<{ volume: Volume; oddities: string[] }> {
  const header = await readMetaImageHeader(path)
  const { sizes, spatial, voxelType, littleEndian } = header
  const at = chooseVolume(volumesIn(sizes, spatial), number, sizes, path)
  const { geometry, oddities } = geometryFromAxes(header, path)
  if (header.text) throw damaged(path, 'holds its numbers as text; expected BinaryData = True. Save it in binary form')
  const dataBytes = requireReadable(sizes.toReversed(), voxelType.bytes, path)
  const bytes = await readParts(header, dataBytes, path)
  const values = decodeVoxels(bytes, { littleEndian, voxelType, dataOffset: 0, dataBytes, scaling: null }, path)
  return { volume: { data: pickVolume(values, sizes, spatial, at), geometry }, oddities }
}

async function readParts(header: MetaImageHeader, total: number, path: string): Promise<Uint8Array> {
  const places = metaImageDataFiles(header, path)
  if (places.length === 0) return partOf((await readWhole(path)).subarray(header.dataAt), header, total, path)
  if (total % places.length !== 0)
    throw damaged(path, `spreads ${total} bytes over ${places.length} files; expected equal parts`)
  const parts: Uint8Array[] = []
  for (const place of places) parts.push(await partOf(await readWhole(place), header, total / places.length, place))
  return parts.length === 1 ? parts[0] : Buffer.concat(parts)
}

async function partOf(
  stored: Uint8Array,
  header: MetaImageHeader,
  expected: number,
  path: string,
): Promise<Uint8Array> {
  const from = header.headerSize === -1 ? Math.max(0, stored.length - expected) : Math.max(0, header.headerSize)
  const bytes = header.compressed ? await inflateTo(stored.subarray(from), expected, path) : stored.subarray(from)
  if (bytes.length < expected) throw truncated(path, expected, bytes.length)
  return bytes.subarray(0, expected)
}
