// A file is complete or absent: written beside its place, flushed to disk, then renamed over it.
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { asDiskError } from '../../contract/errors.ts'

/**
 * The folder must exist.
 * @throws OrganMosaicError `disk` when it is full, over a quota, read-only or damaged
 * @param content as a whole, or in pieces that are asked for one by one, so that the whole never lies in memory
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw asDiskError(error, path)
  }
}
