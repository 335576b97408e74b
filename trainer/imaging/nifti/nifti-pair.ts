// The two files of an Analyze or NIfTI pair: NAME.hdr says what NAME.img holds.
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'

/** @param path of either file. @throws OrganMosaicError not-found when the other one is missing */
export async function pairOf(path: string): Promise<{ header: string; data: string }> {
  const stem = basename(path).replace(/\.(hdr|img)(\.gz)?$/i, '')
  const names = await readdir(dirname(path)).catch(() => [])
  const find = (ending: string): string | undefined =>
    names.find((name) => [ending, `${ending}.gz`].some((end) => name.toLowerCase() === `${stem}.${end}`.toLowerCase()))
  const [header, data] = [find('hdr'), find('img')]
  if (header !== undefined && data !== undefined) {
    return { header: join(dirname(path), header), data: join(dirname(path), data) }
  }
  const missing = header === undefined ? 'hdr' : 'img'
  throw new OrganMosaicError(
    'not-found',
    `${path} is one file of a pair; expected ${stem}.${missing} beside it. Copy both files, or exclude the case.`,
  )
}
