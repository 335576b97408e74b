// Reads a .nii or .nii.gz file into a volume: header, then voxels in the machine's byte order, then slope and intercept.
import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync } from 'node:zlib'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Volume } from '../volume.ts'
import { decodeVoxels } from './decode-voxels.ts'
import { HEADER_BYTES, parseNiftiHeader, type NiftiHeader } from './nifti-header.ts'

const gunzipAsync = promisify(gunzip)
/** Bytes after the voxels are tolerated up to here, so that a gzip bomb stays small. */
const SLACK_BYTES = 2 ** 26
/** Deflate cannot shrink data by more than this factor. */
const MAX_DEFLATE_RATIO = 1032

/**
 * @param path .nii or .nii.gz; told apart by content
 * @returns the volume [depth, height, width] in LPS geometry, and sentences on what was odd but understood
 * @throws OrganMosaicError not-found, invalid-file, invalid-data (several volumes)
 */
export async function readNifti(path: string): Promise<{ volume: Volume; oddities: string[] }> {
  const header = await readNiftiHeader(path)
  const bytes = await readAll(path, header)
  const end = header.dataOffset + header.dataBytes
  if (bytes.length < end) throw short(path, end, bytes.length)
  const extra = bytes.length - end
  const oddities =
    extra > 0 ? [...header.oddities, `${path}: ${extra} bytes follow the voxels; ignored`] : header.oddities
  return { volume: { data: decodeVoxels(bytes, header, path), geometry: header.geometry }, oddities }
}

/** The header alone; reads a few kilobytes. @throws as readNifti */
export async function readNiftiHeader(path: string): Promise<NiftiHeader> {
  const start = await readStart(path, 2 ** 14)
  return parseNiftiHeader((isGzip(start) ? inflateStart(start, path) : start).subarray(0, HEADER_BYTES), path)
}

const isGzip = (bytes: Uint8Array) => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b

const short = (path: string, expected: number, found: number) =>
  new OrganMosaicError(
    'invalid-file',
    `${path} is truncated: its header announces ${expected} bytes, the file holds ${found}. Copy or download it again.`,
  )

async function readStart(path: string, length: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** Inflates what is there without asking for the end of the stream. */
function inflateStart(start: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function readAll(path: string, header: NiftiHeader): Promise<Uint8Array> {
  const end = header.dataOffset + header.dataBytes
  try {
    const bytes = await readFile(path)
    if (!isGzip(bytes)) return bytes
    if (bytes.length * MAX_DEFLATE_RATIO < end) throw short(path, end, bytes.length)
    // One piece of the announced size: many small ones would have to be joined, which takes as long as inflating.
    return await gunzipAsync(bytes, { maxOutputLength: end + SLACK_BYTES, chunkSize: Math.max(end + 1, 2 ** 16) })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** Sentences for what the file system and zlib report. */
function unreadable(path: string, cause: unknown): OrganMosaicError {
  if (cause instanceof OrganMosaicError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === 'ENOENT') return new OrganMosaicError('not-found', `${path} does not exist.`, { cause })
  if (code === 'EACCES' || code === 'EPERM') {
    return new OrganMosaicError('environment', `${path} may not be read; change its permissions.`, { cause })
  }
  const sentences: Record<string, string> = {
    EISDIR: 'is a folder; expected a NIfTI file.',
    Z_BUF_ERROR: 'is truncated: its gzip stream ends too early. Copy or download it again.',
    Z_DATA_ERROR: `is damaged: its gzip stream cannot be decoded (${message}). Copy or download it again.`,
    ERR_BUFFER_TOO_LARGE: 'holds far more data than its header announces; expected one volume. Re-export the file.',
    ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GiB; crop or compress it.',
  }
  return new OrganMosaicError('invalid-file', `${path} ${sentences[code] ?? `cannot be read: ${message}.`}`, { cause })
}
