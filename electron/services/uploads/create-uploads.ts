// Folders that a browser sends, file by file, into uploads/NAME of the workspace. Until all files are there the folder
// has another name, so that nobody registers half of it.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { nameOfFolder } from '../datasets/name-of-folder.ts'
import { requireFilePath } from './file-path.ts'

export interface Upload {
  readonly upload: string
  /** Where its files will be, absolute */
  readonly folder: string
}

export interface Uploads {
  /** @throws OrganMosaicError `environment` when the disk has too little room, `conflict` when too many are open */
  readonly begin: (request: { name: string; files: number; bytes: number }) => Promise<Upload>
  /** @throws OrganMosaicError `usage` for a path that may not be, or more data than was announced */
  readonly write: (upload: string, path: string, body: AsyncIterable<Uint8Array>) => Promise<void>
  /** @throws OrganMosaicError `usage` when files are missing */
  readonly end: (upload: string) => Promise<Upload>
  readonly cancel: (upload: string) => Promise<void>
}

interface Open {
  readonly folder: string
  readonly unfinished: string
  readonly files: number
  readonly written: Set<string>
  bytesLeft: number
}

const MOST_OPEN = 8
/** Left on the disk for everything else. */
const SPARE_BYTES = 512 * 1024 * 1024

/** @param root uploads/ of the workspace */
export function createUploads(root: string): Uploads {
  const known = new Map<string, Open>()

  function require(upload: string): Open {
    const found = known.get(upload)
    if (found) return found
    throw new OrganMosaicError('not-found', 'This upload has ended or was cancelled; drop the folder again.')
  }

  return {
    async begin({ name, files, bytes }) {
      if (known.size >= MOST_OPEN) {
        throw new OrganMosaicError('conflict', `${MOST_OPEN} folders are being sent already; wait for one of them.`)
      }
      await mkdir(root, { recursive: true })
      if (known.size === 0) await removeLeftovers(root)
      await requireRoom(root, bytes)
      const upload = randomUUID()
      const folder = freeName(root, nameOfFolder(name) || 'dataset', [...known.values()])
      const unfinished = join(root, `.${upload}`)
      await mkdir(unfinished)
      known.set(upload, { folder, unfinished, files, written: new Set(), bytesLeft: bytes })
      return { upload, folder }
    },
    async write(upload, path, body) {
      const target = require(upload)
      const file = join(target.unfinished, ...requireFilePath(path))
      if (target.written.has(file)) throw new OrganMosaicError('conflict', `${path} was sent already.`)
      if (target.written.size >= target.files) {
        throw new OrganMosaicError('usage', `More files came than the ${target.files} that were announced.`)
      }
      target.written.add(file)
      await mkdir(dirname(file), { recursive: true })
      await using handle = await open(file, 'wx')
      for await (const chunk of body) {
        target.bytesLeft -= chunk.byteLength
        if (target.bytesLeft < 0) {
          throw new OrganMosaicError('usage', `${path}: more data came than was announced; drop the folder again.`, {
            details: { status: 413 },
          })
        }
        await handle.write(chunk)
      }
    },
    async end(upload) {
      const { folder, unfinished, files, written, bytesLeft } = require(upload)
      if (written.size < files || bytesLeft > 0) {
        throw new OrganMosaicError(
          'usage',
          `${written.size} of ${files} files came, ${bytesLeft} bytes are missing; drop the folder again.`,
        )
      }
      await rename(unfinished, folder)
      known.delete(upload)
      return { upload, folder }
    },
    async cancel(upload) {
      const { unfinished } = require(upload)
      known.delete(upload)
      await rm(unfinished, { recursive: true, force: true })
    },
  }
}

/** Uploads that the last host did not finish. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith('.')) await rm(join(root, name), { recursive: true, force: true })
  }
}

async function requireRoom(root: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(root)
  const free = bavail * bsize - SPARE_BYTES
  if (bytes <= free) return
  const inGb = (value: number): string => `${(Math.max(0, value) / 1e9).toFixed(1)} GB`
  throw new OrganMosaicError(
    'environment',
    `The folder has ${inGb(bytes)}, and the disk of the workspace has room for ${inGb(free)}; free some, or add the folder where it lies.`,
  )
}

/** NAME, NAME-2, NAME-3 ... */
function freeName(root: string, name: string, others: readonly Open[]): string {
  const isFree = (folder: string): boolean => !existsSync(folder) && !others.some((other) => other.folder === folder)
  for (let count = 1; ; count++) {
    const folder = join(root, count === 1 ? name : `${name}-${count}`)
    if (isFree(folder)) return folder
  }
}
