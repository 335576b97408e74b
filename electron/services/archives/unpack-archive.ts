// An archive into a folder: only below that folder, only so much, only plain files. Whatever goes wrong, and when it is
// cancelled, nothing of it stays.
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { refusedArchive, type Archive, type ArchivedFile } from './archive.ts'
import { partsOfName } from './entry-name.ts'

export interface UnpackContext {
  readonly signal?: AbortSignal
  /** total: null where the archive does not say */
  readonly onProgress?: (progress: { done: number; total: number | null; file: string }) => void
}

export interface UnpackLimits {
  /** Of all files together */
  readonly bytes: number
  readonly files: number
  /** Bytes an archived byte may become, beyond what is allowed anyway */
  readonly ratio: number
  readonly bytesAnyway: number
}

/** Label maps shrink to a hundredth; only what was made to fill a disk shrinks much further. */
export const UNPACK_LIMITS: UnpackLimits = { bytes: 2 ** 41, files: 2_000_000, ratio: 300, bytesAnyway: 2 ** 30 }
/** Left on the disk for everything else. */
const SPARE_BYTES = 512 * 1024 * 1024

/**
 * @param path of the archive
 * @param folder a new one
 * @returns what may still come of archives inside
 * @throws OrganMosaicError invalid-data for an archive that leads elsewhere or grows beyond the limits, environment when
 *   the disk is full, as the archive's files; the signal's reason when aborted
 */
export async function unpackArchive(
  archive: Archive,
  path: string,
  folder: string,
  { signal, onProgress }: UnpackContext = {},
  limits: UnpackLimits = UNPACK_LIMITS,
): Promise<UnpackLimits> {
  await mkdir(folder)
  try {
    const { size } = await stat(path)
    const { bavail, bsize } = await statfs(folder)
    const room = Math.min(limits.bytes, bavail * bsize - SPARE_BYTES)
    const budget = createBudget(path, { ...limits, bytes: room }, size)
    if (archive.totalBytes !== null) budget.require(archive.totalBytes)
    const names = new Set<string>()
    for await (const file of archive.files) {
      signal?.throwIfAborted()
      const parts = partsOfName(file.name, path)
      if (parts === null) continue
      const place = parts.join('/')
      if (names.has(place.toLowerCase())) throw refusedArchive(path, `holds ${place} twice`)
      names.add(place.toLowerCase())
      if (names.size > limits.files) throw refusedArchive(path, `holds more than ${limits.files} files`)
      onProgress?.({ done: budget.done(), total: archive.totalBytes, file: place })
      await writeFile(file, join(folder, ...parts), budget, signal)
    }
    signal?.throwIfAborted()
    if (names.size === 0) throw refusedArchive(path, 'holds no file')
    return {
      bytes: limits.bytes - budget.done(),
      files: limits.files - names.size,
      ratio: 0,
      bytesAnyway: budget.most - budget.done(),
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function writeFile(file: ArchivedFile, place: string, budget: Budget, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(place), { recursive: true })
  await using handle = await open(place, 'wx')
  for await (const chunk of file.content) {
    signal?.throwIfAborted()
    budget.spend(chunk.length)
    await handle.writeFile(chunk)
  }
}

interface Budget {
  readonly done: () => number
  /** What it may become without being suspected */
  readonly most: number
  readonly spend: (bytes: number) => void
  /** @throws OrganMosaicError when so many bytes would be too many */
  readonly require: (bytes: number) => void
}

function createBudget(path: string, limits: UnpackLimits, archiveBytes: number): Budget {
  const most = Math.max(limits.bytesAnyway, limits.ratio * archiveBytes)
  let done = 0
  const require = (bytes: number): void => {
    if (bytes > most) {
      throw refusedArchive(path, `of ${inMb(archiveBytes)} unpacks to more than ${inMb(most)}, as no images do`)
    }
    if (bytes <= limits.bytes) return
    throw new OrganMosaicError(
      'environment',
      `The archive ${path} needs ${inMb(bytes)} or more, and the disk of the workspace has room for ${inMb(Math.max(0, limits.bytes))}; free some, or unpack it elsewhere and add the folder.`,
    )
  }
  return {
    done: () => done,
    most,
    require,
    spend: (bytes) => require((done += bytes)),
  }
}

const inMb = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
