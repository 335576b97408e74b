// Whether a file is an archive, told by how it begins, and the archive.
import { open, stat } from 'node:fs/promises'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { isGzip, readStart } from '../../../trainer/imaging/files/read-bytes.ts'
import type { Archive } from './archive.ts'
import { openTar } from './read-tar.ts'
import { openZip } from './read-zip.ts'
import { isTarRecord, TAR_RECORD_BYTES } from './tar-header.ts'

const ARCHIVE_NAME = /\.(zip|tar|tar\.gz|tgz)$/i
const OTHER_ARCHIVE_NAME = /\.(7z|rar|tar\.(bz2|xz|zst)|tbz2?|txz)$/i

export const isArchiveName = (file: string): boolean => ARCHIVE_NAME.test(file)

/** 'site-a.tar.gz' -> 'site-a' */
export const nameOfArchive = (file: string): string => file.replace(ARCHIVE_NAME, '')

/** null for a folder. @throws OrganMosaicError usage for a file that is no archive, as openZip */
export async function openArchive(path: string): Promise<Archive | null> {
  const found = await stat(path).catch(() => null)
  // What is not there is said by whoever lists the folder.
  if (!found || found.isDirectory()) return null
  const start = await readStart(path, 4096).catch(() => new Uint8Array())
  if (isZip(start)) return openZip(path)
  if (isTarRecord(start.subarray(0, TAR_RECORD_BYTES))) return openTar(path, await isGzipped(path))
  const kind = OTHER_ARCHIVE_NAME.test(path) ? 'an archive of another kind' : 'neither a folder nor an archive'
  throw new OrganMosaicError(
    'usage',
    `${path} is ${kind}; expected the folder of a dataset, or a .zip, .tar.gz or .tar of it.`,
  )
}

const isZip = (start: Uint8Array): boolean =>
  start[0] === 0x50 && start[1] === 0x4b && ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6))

async function isGzipped(path: string): Promise<boolean> {
  await using file = await open(path, 'r')
  return isGzip((await file.read(Buffer.alloc(2), 0, 2, 0)).buffer)
}
