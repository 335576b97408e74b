// Archives inside an archive, as hospitals send one a patient: each becomes a folder of its own beside the others. All of
// them together may grow as far as the one that holds them may, and so deep only.
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { refusedArchive, type Archive } from './archive.ts'
import { isArchiveName, nameOfArchive, openArchive } from './open-archive.ts'
import { unpackArchive, UNPACK_LIMITS, type UnpackContext, type UnpackLimits } from './unpack-archive.ts'

/** Archives within archives within archives; what is packed without end never ends. */
const DEEPEST = 3

/**
 * An archive with all archives that it holds, which are folders afterwards.
 * @param path of the archive
 * @param folder a new one; nothing of it stays when something goes wrong
 * @throws OrganMosaicError as unpackArchive; one inside is named with the archive that holds it
 */
export async function unpackWithNested(
  archive: Archive,
  path: string,
  folder: string,
  context: UnpackContext = {},
  limits: UnpackLimits = UNPACK_LIMITS,
): Promise<void> {
  let left = await unpackArchive(archive, path, folder, context, limits)
  try {
    for (let depth = 1; ; depth++) {
      const inner = await archivesIn(folder)
      if (inner.length === 0) return
      if (depth > DEEPEST) throw refusedArchive(path, `holds archives in archives, more than ${DEEPEST} deep`)
      refuseTooMuch(path, inner, left)
      for (const { file } of inner) left = await unpackInner(file, { path, folder, left }, context)
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface Inner {
  readonly file: string
  /** As it says itself; null where it does not say */
  readonly announcedBytes: number | null
}

/** Before anything is written: sixty small archives of large files are seen by what they announce. */
function refuseTooMuch(path: string, inner: readonly Inner[], { bytesAnyway }: UnpackLimits): void {
  const announced = inner.reduce((sum, { announcedBytes }) => sum + (announcedBytes ?? 0), 0)
  if (announced <= bytesAnyway) return
  const most = Math.floor(bytesAnyway / 1e6)
  throw refusedArchive(
    path,
    `holds archives that unpack to more than the ${most} MB that are left to it, as no images do`,
  )
}

/** What begins like an archive and is called like one. */
async function archivesIn(folder: string): Promise<Inner[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const named = entries.filter((entry) => entry.isFile() && isArchiveName(entry.name))
  const opened: Inner[] = []
  for (const { parentPath, name } of named.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(parentPath, name)
    const announcedBytes = await announcedBytesOf(file)
    if (announcedBytes !== undefined) opened.push({ file, announcedBytes })
  }
  return opened
}

/** undefined for a file that is only called like an archive: it stays what it is. What is wrong with one is said when it is unpacked. */
const announcedBytesOf = (path: string): Promise<number | null | undefined> =>
  openArchive(path).then(
    (archive) => archive?.totalBytes,
    (error: unknown) => (error instanceof OrganMosaicError && error.code === 'usage' ? undefined : null),
  )

interface Outer {
  readonly path: string
  readonly folder: string
  /** What may still come */
  readonly left: UnpackLimits
}

async function unpackInner(file: string, outer: Outer, context: UnpackContext): Promise<UnpackLimits> {
  const shown = relative(outer.folder, file).split(sep).join('/')
  const unpacked = `${file}.unpacked`
  const onProgress: UnpackContext['onProgress'] = (progress) =>
    context.onProgress?.({ ...progress, file: `${shown}/${progress.file}` })
  try {
    const archive = await openArchive(file)
    if (archive === null) return outer.left
    const left = await unpackArchive(archive, file, unpacked, { ...context, onProgress }, outer.left)
    await rm(file)
    await putInPlace(unpacked, freeFolder(dirname(file), nameOfArchive(basename(file))))
    return left
  } catch (error) {
    if (!(error instanceof OrganMosaicError)) throw error
    const message = error.message.replaceAll(file, `${shown} in ${outer.path}`)
    throw new OrganMosaicError(error.code, message, { details: error.details, cause: error })
  }
}

/** P1.zip that holds the folder P1 alone becomes the folder P1. */
async function putInPlace(unpacked: string, target: string): Promise<void> {
  const [only, ...others] = await readdir(unpacked)
  const holdsItself = others.length === 0 && only === basename(target)
  if (!holdsItself) return rename(unpacked, target)
  await rename(join(unpacked, only), target)
  await rm(unpacked, { recursive: true })
}

/** NAME, NAME-2, NAME-3 ... */
function freeFolder(parent: string, name: string): string {
  for (let count = 1; ; count++) {
    const folder = join(parent, count === 1 ? name : `${name}-${count}`)
    if (!existsSync(folder)) return folder
  }
}
