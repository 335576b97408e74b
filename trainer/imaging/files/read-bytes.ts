// Bytes of image files, gzipped or not, with sentences for what the file system and zlib report. Nothing is allocated
// beyond what the header of the file announces.
import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync, inflate } from 'node:zlib'
import { OrganMosaicError } from '../../../contract/errors.ts'

const gunzipAsync = promisify(gunzip)
const inflateAsync = promisify(inflate)
/** Bytes after the voxels are tolerated up to here, so that a gzip bomb stays small. */
const SLACK_BYTES = 2 ** 26
/** Deflate cannot shrink data by more than this factor. */
const MAX_DEFLATE_RATIO = 1032
export const MAX_DATA_BYTES = 2 ** 32

export const isGzip = (bytes: Uint8Array): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b

/** The first bytes of a file; of a gzipped one, what they inflate to. @throws OrganMosaicError */
export async function readStart(path: string, length: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0)
    const start = buffer.subarray(0, bytesRead)
    // Inflates what is there without asking for the end of the stream.
    return isGzip(start) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** All bytes of a file as they lie on the disk. @throws OrganMosaicError */
export async function readWhole(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
}

/** A whole file, inflated where it is gzipped; may be shorter than expected. @param end bytes that the header announces */
export async function readInflated(path: string, end: number): Promise<Uint8Array> {
  const bytes = await readWhole(path)
  return isGzip(bytes) ? inflateTo(bytes, end, path) : bytes
}

/**
 * @param packed a gzip or a zlib stream
 * @param end bytes that the header announces
 * @throws OrganMosaicError invalid-file for a damaged stream, or one that holds far more or can never hold so much
 */
export async function inflateTo(packed: Uint8Array, end: number, path: string): Promise<Uint8Array> {
  if (packed.length * MAX_DEFLATE_RATIO < end) throw truncated(path, end, packed.length)
  // One piece of the announced size: many small ones would have to be joined, which takes as long as inflating.
  const options = { maxOutputLength: end + SLACK_BYTES, chunkSize: Math.max(end + 1, 2 ** 16) }
  try {
    return await (isGzip(packed) ? gunzipAsync : inflateAsync)(packed, options)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

export const truncated = (path: string, expected: number, found: number): OrganMosaicError =>
  new OrganMosaicError(
    'invalid-file',
    `${path} is truncated: its header announces ${expected} bytes, the file holds ${found}. Copy or download it again.`,
  )

/** What a damaged header says, and what to do. */
export const damaged = (path: string, what: string): OrganMosaicError =>
  new OrganMosaicError('invalid-file', `${path} ${what}. Re-export or re-download the file, or exclude the case.`)

/** @throws OrganMosaicError invalid-file for more than 4 GiB. @param shape [depth, height, width] */
export function requireReadable(shape: readonly number[], bytesPerVoxel: number, path: string): number {
  const bytes = shape.reduce((product, size) => product * size, bytesPerVoxel)
  if (bytes <= MAX_DATA_BYTES) return bytes
  const gib = (bytes / 2 ** 30).toFixed(0)
  throw damaged(path, `claims ${shape.join(' x ')} voxels, ${gib} GiB; at most 4 GiB can be read`)
}

function unreadable(path: string, cause: unknown): OrganMosaicError {
  if (cause instanceof OrganMosaicError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === 'ENOENT') return new OrganMosaicError('not-found', `${path} does not exist.`, { cause })
  if (code === 'EACCES' || code === 'EPERM') {
    return new OrganMosaicError('environment', `${path} may not be read; change its permissions.`, { cause })
  }
  const sentences: Record<string, string> = {
    EISDIR: 'is a folder; expected an image file.',
    Z_BUF_ERROR: 'is truncated: its compressed stream ends too early. Copy or download it again.',
    Z_DATA_ERROR: `is damaged: its compressed stream cannot be decoded (${message}). Copy or download it again.`,
    ERR_BUFFER_TOO_LARGE: 'holds far more data than its header announces; expected one volume. Re-export the file.',
    ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GiB; crop or compress it.',
  }
  return new OrganMosaicError('invalid-file', `${path} ${sentences[code] ?? `cannot be read: ${message}.`}`, { cause })
}
