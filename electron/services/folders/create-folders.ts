// Which folders of this machine a page may see and name: those below the allowed roots, with links resolved first.
// Every path that comes from a page passes through here before anything reads or writes it.
import { existsSync, lstatSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import type { FolderEntry, FolderListing } from '../../../contract/api/machine.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { isArchiveName } from '../archives/open-archive.ts'
import { countImages, isHidden, isImage, newBudget } from './count-images.ts'
import { homeFolder } from '../../../trainer/runtime/home-folder.ts'

export interface Folders {
  /** Where one may begin, links resolved. */
  readonly roots: () => string[]
  /** @param path absent: the roots themselves @throws OrganMosaicError as resolve */
  readonly list: (path?: string) => Promise<FolderListing>
  /** Makes a folder and lists it. @throws OrganMosaicError `usage` for a name that is none, `conflict` when taken */
  readonly create: (parent: string, name: string) => Promise<FolderListing>
  /**
   * The real path of a folder or file that a page named.
   * @throws OrganMosaicError `usage` when it lies outside the roots or is hidden, `not-found` when it is not there
   */
  readonly resolve: (path: string) => string
  /** The same for the address of an image; which part of it is meant, stays. */
  readonly resolveAddress: (address: string) => string
  /** The same for a place that need not be there yet. */
  readonly resolveNew: (path: string) => string
  /** Replaces the roots. @throws OrganMosaicError `usage` for one that is not there */
  readonly limitTo: (roots: readonly string[]) => void
  /** Lets a place in that a person chose outside the page (a native dialog, a drop on the window). */
  readonly allow: (path: string) => void
}

const MOST_FOLDERS = 2000

/** @param roots absolute; those that are not there are left out */
export function createFolders(roots: readonly string[]): Folders {
  let shown = realFolders(roots)
  const allowed = new Set(shown)

  /** The root that shows a path: nothing between the two is hidden. */
  const rootOf = (real: string): string | undefined => [...allowed].find((root) => isShownBelow(root, real))

  /** @param named the path as it was asked for, for the message */
  function requireWithin(real: string, named: string): string {
    if (rootOf(real) !== undefined) return real
    if ([...allowed].some((root) => isWithin(root, real))) {
      throw refusal(`${named} is hidden, or lies in a hidden folder; hidden folders are left alone.`)
    }
    const leads = real === normalize(named) ? '' : `, which leads to ${real},`
    throw refusal(
      `${named}${leads} lies outside the folders that OrganMosaic may look into (${shown.join(', ')}); ` +
        'start it with --root FOLDER to allow another.',
    )
  }

  function resolve(path: string): string {
    requireAbsolute(path)
    const real = requireWithin(realPathOfNearest(path), path)
    if (existsSync(real)) return real
    throw new OrganMosaicError('not-found', `${path} is not there; was it moved, or is its drive not connected?`)
  }

  function resolveNew(path: string): string {
    requireAbsolute(path)
    return requireWithin(realPathOfNearest(path), path)
  }

  async function list(path?: string): Promise<FolderListing> {
    if (path === undefined) {
      const folders = shown.map((root) => ({ name: nameOfRoot(root), path: root, images: 0, counted: false }))
      return { path: null, crumbs: [], folders, archives: [], images: 0, truncated: false }
    }
    const real = resolve(path)
    if (!statSync(real).isDirectory()) throw new OrganMosaicError('usage', `${path} is a file, not a folder.`)
    const entries = await readdir(real, { withFileTypes: true }).catch((cause: unknown) => {
      throw new OrganMosaicError('environment', `${path} cannot be opened: ${reasonOf(cause)}.`, { cause })
    })
    const names = entries.filter((entry) => isListed(entry, real, rootOf)).map(({ name }) => name)
    names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    return {
      path: real,
      crumbs: crumbsTo(real, rootOf(real) ?? real),
      folders: await describe(real, names.slice(0, MOST_FOLDERS)),
      archives: await archivesIn(real, entries),
      images: entries.filter(isImage).length,
      truncated: names.length > MOST_FOLDERS,
    }
  }

  async function create(parent: string, name: string): Promise<FolderListing> {
    const wanted = name.trim()
    if (!isFolderName(wanted)) {
      throw new OrganMosaicError('usage', `"${name}" is no name for a folder; use letters, digits, spaces, - and _.`)
    }
    const folder = join(resolve(parent), wanted)
    try {
      await mkdir(folder)
    } catch (cause) {
      if (existsSync(folder)) throw new OrganMosaicError('conflict', `There is a ${wanted} in ${parent} already.`)
      throw new OrganMosaicError('environment', `${folder} cannot be made: ${reasonOf(cause)}.`, { cause })
    }
    return list(folder)
  }

  function limitTo(wanted: readonly string[]): void {
    const missing = wanted.find((root) => !existsSync(root))
    if (missing) throw new OrganMosaicError('usage', `--root ${missing}: there is no such folder.`)
    shown.forEach((root) => allowed.delete(root))
    shown = realFolders(wanted)
    shown.forEach((root) => allowed.add(root))
  }

  return {
    roots: () => shown,
    limitTo,
    list,
    create,
    resolve,
    resolveAddress: (address) => `${resolve(pathOf(address))}${address.slice(pathOf(address).length)}`,
    resolveNew,
    allow: (path) => void allowed.add(realpathSync(path)),
  }
}

const realFolders = (folders: readonly string[]): string[] =>
  folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder))

function refusal(message: string): OrganMosaicError {
  return new OrganMosaicError('usage', message, { details: { status: 403 } })
}

function requireAbsolute(path: string): void {
  if (isAbsolute(path) && !path.includes('\0')) return
  throw new OrganMosaicError('usage', `Expected the full path of a folder, and got "${path}".`)
}

/** Links resolved as far as the path exists; what does not exist yet is appended. */
function realPathOfNearest(path: string): string {
  const wanted = normalize(path)
  try {
    return realpathSync(wanted)
  } catch {
    // Writing through a link whose end is missing would create that end, wherever it lies.
    if (lstatSync(wanted, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw refusal(`${path} is a link that leads nowhere; remove it or choose another folder.`)
    }
    const parent = dirname(wanted)
    return parent === wanted ? wanted : join(realPathOfNearest(parent), basename(wanted))
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function isShownBelow(root: string, path: string): boolean {
  return isWithin(root, path) && !relative(root, path).split(sep).some(isHidden)
}

function nameOfRoot(root: string): string {
  const home = homeFolder()
  return home && existsSync(home) && root === realpathSync(home) ? 'Home folder' : root
}

/** A folder, or a link to one below the roots. */
function isListed(entry: Dirent, parent: string, rootOf: (real: string) => string | undefined): boolean {
  if (isHidden(entry.name)) return false
  if (entry.isDirectory()) return true
  if (!entry.isSymbolicLink()) return false
  try {
    const real = realpathSync(join(parent, entry.name))
    return rootOf(real) !== undefined && statSync(real).isDirectory()
  } catch {
    return false
  }
}

/** Links are left out: where they lead would have to be looked at. */
async function archivesIn(parent: string, entries: readonly Dirent[]): Promise<FolderListing['archives']> {
  const names = entries
    .filter((entry) => entry.isFile() && !isHidden(entry.name) && isArchiveName(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const places = names.slice(0, MOST_FOLDERS).map((name) => ({ name, path: join(parent, name) }))
  return Promise.all(
    places.map(async (place) => ({ ...place, bytes: (await stat(place.path).catch(() => null))?.size ?? 0 })),
  )
}

async function describe(parent: string, names: readonly string[]): Promise<FolderEntry[]> {
  const budget = newBudget()
  const entries: FolderEntry[] = []
  for (const name of names) {
    const path = join(parent, name)
    entries.push({ name, path, ...(await countImages(path, budget)) })
  }
  return entries
}

function crumbsTo(path: string, root: string): FolderListing['crumbs'] {
  const parts = relative(root, path).split(sep).filter(Boolean)
  const below = parts.map((name, index) => ({ name, path: join(root, ...parts.slice(0, index + 1)) }))
  return [{ name: nameOfRoot(root), path: root }, ...below]
}

const isFolderName = (name: string): boolean =>
  name !== '' && name.length <= 100 && !isHidden(name) && /^[^\\/:*?"<>|\p{Cc}]+$/u.test(name) && !name.endsWith('.')

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EACCES' || code === 'EPERM') return 'your user may not read or write there'
  if (code === 'EROFS') return 'the disk is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  return cause instanceof Error ? cause.message : String(cause)
}
