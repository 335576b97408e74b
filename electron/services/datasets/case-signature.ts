// What tells whether the files of a case are still those that were read: their places, sizes and times.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { filesOfImage } from '../../../trainer/imaging/read-image.ts'
import type { FoundCase } from './layouts/layout.ts'

/** Changes with every change of the case's files. */
export async function signatureOf(root: string, found: FoundCase): Promise<string> {
  const addresses = [...found.images, ...found.labels.map(({ path }) => path)].map((path) => join(root, path ?? ''))
  const files = await Promise.all(addresses.map((address) => filesOfImage(address).catch(() => [pathOf(address)])))
  const states = await Promise.all(
    [...new Set(files.flat())].map(async (path) => {
      const file = await stat(path, { bigint: true }).catch(() => null)
      return file ? [path, file.size, file.mtimeNs, file.ctimeNs, file.ino].join(' ') : 'missing'
    }),
  )
  return createHash('sha256')
    .update(JSON.stringify([found, states]))
    .digest('hex')
}
