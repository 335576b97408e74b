// Reads NIfTI-1 and -2 (.nii, .nii.gz, .hdr/.img pairs) and Analyze pairs into a volume: header, then voxels in the
// machine's byte order, then slope and intercept.
import { chooseVolume } from '../files/choose-volume.ts'
import { decodeVoxels } from '../files/decode-voxels.ts'
import { readInflated, readStart, truncated } from '../files/read-bytes.ts'
import type { Volume } from '../volume.ts'
import { HEADER_BYTES, parseNiftiHeader, type NiftiHeader } from './nifti-header.ts'
import { pairOf } from './nifti-pair.ts'

/**
 * @param path .nii, .nii.gz, or either file of a pair; told apart by content
 * @param number which volume of a file with several, from 1
 * @returns the volume [depth, height, width] in LPS geometry, and sentences on what was odd but understood
 * @throws OrganMosaicError not-found, invalid-file, invalid-data (several volumes)
 */
export async function readNifti(
  path: string,
  number: number | null = null,
): Promise<{ volume: Volume; oddities: string[] }> {
  const header = await readNiftiHeader(path)
  const chosen = chooseVolume(header.volumes, number, header.sizes, path)
  const dataPath = header.pair ? (await pairOf(path)).data : path
  const { dataOffset, dataBytes, volumes, geometry, oddities } = header
  const end = dataOffset + dataBytes * volumes
  const bytes = await readInflated(dataPath, end)
  if (bytes.length < end) throw truncated(dataPath, end, bytes.length)
  const data = decodeVoxels(bytes, { ...header, dataOffset: dataOffset + chosen * dataBytes }, dataPath)
  const extra = bytes.length - end
  const trailing = extra > 0 ? [`${dataPath}: ${extra} bytes follow the voxels; ignored`] : []
  return { volume: { data, geometry }, oddities: [...oddities, ...trailing] }
}

/** The header alone; reads a few kilobytes. @throws as readNifti */
export async function readNiftiHeader(path: string): Promise<NiftiHeader> {
  const headerPath = /\.(hdr|img)(\.gz)?$/i.test(path) ? (await pairOf(path)).header : path
  const start = await readStart(headerPath, 2 ** 14)
  return parseNiftiHeader(start.subarray(0, HEADER_BYTES), headerPath)
}
