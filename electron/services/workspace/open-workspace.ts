// The workspace: one folder that holds everything of a person's studies. Folders are the truth, the database an index.
import { accessSync, constants, existsSync, lstatSync, mkdirSync, statfsSync, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { bringForward, hasNewestFormat, refuseNewerWorkspace } from './workspace-format.ts'
import { homeFolder } from '../../../trainer/runtime/home-folder.ts'

/** Absolute paths; all of the folders exist. */
export type Workspace = {
  home: string
  databaseFile: string
  datasets: string
  runs: string
  jobs: string
  cache: string
  /** Why nothing can be written to it, e.g. "the disk is read-only"; null: it can be worked with. */
  readOnly: string | null
}

/**
 * --home, else ORGAN_MOSAIC_HOME, else ~/OrganMosaic.
 * @throws OrganMosaicError `environment` when nothing is chosen and the user has no home
 */
export function chooseHome(
  home?: string,
  environment: NodeJS.ProcessEnv = process.env,
  own: () => string | undefined = homeFolder,
): string {
  const chosen = home ?? defaultHome(environment, own)
  if (chosen) return resolve(chosen)
  throw new OrganMosaicError(
    'environment',
    'The workspace goes to the home folder unless another is chosen, and this user has none; choose one with --home or ORGAN_MOSAIC_HOME.',
  )
}

/** Where the workspace is for whoever chooses none; undefined for a user without a home. */
export function defaultHome(
  environment: NodeJS.ProcessEnv = process.env,
  own: () => string | undefined = homeFolder,
): string | undefined {
  const folder = own()
  return environment['ORGAN_MOSAIC_HOME'] || (folder && join(folder, 'OrganMosaic'))
}

/**
 * Opens the workspace, brings it to the format of this version, and creates what is missing. One that is whole and cannot be
 * written, as that of a colleague on a share, is opened to be looked at.
 * @throws OrganMosaicError `environment` when a folder cannot be created or written, and before anything is touched when
 *   the workspace belongs to a newer version
 */
export function openWorkspace(home: string): Workspace {
  const root = resolve(home)
  refuseNewerWorkspace(root)
  const folders = {
    datasets: join(root, 'datasets'),
    runs: join(root, 'runs'),
    jobs: join(root, 'jobs'),
    cache: join(root, 'cache'),
  }
  const refusal = makeWritable([root, ...Object.values(folders)])
  if (refusal === null) {
    for (const sentence of bringForward(root)) console.error(sentence)
    return { home: root, databaseFile: indexFile(root), ...folders, readOnly: null }
  }
  const { folder, cause } = refusal
  const reason = reasonOf(cause)
  if (isReadable([root, ...Object.values(folders)]) && hasNewestFormat(root)) {
    const readOnly = folder === root ? reason : `${reason}: ${folder}`
    console.error(
      `The workspace ${root} is read-only (${readOnly}): it can be looked at, and nothing in it is changed.`,
    )
    return { home: root, databaseFile: indexFile(root, true), ...folders, readOnly }
  }
  throw new OrganMosaicError(
    'environment',
    `The workspace needs a writable folder ${folder} (${reason}); free that path, or choose another place with --home or ORGAN_MOSAIC_HOME.`,
    { cause, details: { folder } },
  )
}

/** @returns the first folder that cannot be created or written, and why */
function makeWritable(folders: readonly string[]): { folder: string; cause: unknown } | null {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (cause) {
      return { folder, cause }
    }
  }
  return null
}

function isReadable(folders: readonly string[]): boolean {
  try {
    for (const folder of folders) accessSync(folder, constants.R_OK | constants.X_OK)
    return folders.every((folder) => statSync(folder).isDirectory())
  } catch {
    return false
  }
}

/** What Linux calls NFS, CIFS, SMB2, FUSE (sshfs), Lustre, GPFS, Ceph, AFS, BeeGFS. */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x0bd00bd0, 0x47504653, 0x00c36400, 0x5346414f, 0x19830326,
])

/**
 * SQLite shares memory between the programs that read an index, which two machines cannot. In a workspace on a network
 * file system each machine keeps an index of its own, as whoever only looks does: it holds nothing that is not in the folders.
 */
export function indexFile(root: string, isElsewhere = liesOnNetwork(root)): string {
  if (!isElsewhere) return join(root, 'organ-mosaic.sqlite')
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  return join(ownFolder(join(tmpdir(), `organ-mosaic-${userName()}`)), `${name}.sqlite`)
}

/** Everyone may write to the temporary folder: what another user put there under this name is not used. */
function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const { uid, mode } = found
  const isOwn = found.isDirectory() && uid === (process.getuid?.() ?? uid)
  if (isOwn && (process.platform === 'win32' || (mode & 0o077) === 0)) return folder
  throw new OrganMosaicError(
    'environment',
    `The index of a workspace on a network file system, or of one that is read-only, needs the folder ${folder} for this user alone, and ${isOwn ? 'others may open it' : 'it is not a folder of this user'}; ${isOwn ? `close it with chmod 700 ${folder}` : 'have it removed'}, or choose another temporary folder with TMPDIR.`,
    { details: { folder } },
  )
}

/** A user without an entry in the system's list, as in some containers, has a number alone. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'user')
  }
}

function liesOnNetwork(root: string): boolean {
  try {
    // Before it is made, where it will be made.
    let there = root
    while (!existsSync(there)) there = dirname(there)
    return process.platform === 'linux' && NETWORK_FILE_SYSTEMS.has(statfsSync(there).type)
  } catch {
    return false
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  if (code === 'EROFS') return 'the disk is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in the way'
  return cause instanceof Error ? cause.message : String(cause)
}
