// What is in a dropped folder, listed once: the layout detectors look at names only.
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface FolderListing {
  /** Absolute */
  readonly root: string
  /** Relative to the root, with forward slashes, sorted by natural order */
  readonly files: readonly string[]
  /** One sentence a subfolder that could not be listed */
  readonly unreadable: readonly string[]
}

/** DICOM exports nest patient, study, series and more; keeps a home folder registered by mistake from being walked to its end. */
const MAX_DEPTH = 10

const naturalOrder = new Intl.Collator('en', { numeric: true }).compare

/**
 * Hidden files are left out, with them the `._` files that macOS adds. Links are followed, but not in circles; a link
 * that leads nowhere is listed, so that the case it belongs to does not vanish.
 * @throws OrganMosaicError not-found, usage when it is a file, environment when it may not be read
 */
export async function listFolder(root: string): Promise<FolderListing> {
  const files: string[] = []
  const unreadable: string[] = []

  const walk = async (relative: string, ancestors: readonly string[]): Promise<void> => {
    const folder = join(root, relative)
    const real = await realpath(folder)
    if (ancestors.includes(real) || ancestors.length > MAX_DEPTH) return
    for (const name of await readdir(folder)) {
      if (name.startsWith('.')) continue
      const path = relative ? `${relative}/${name}` : name
      if (!(await isFolder(join(root, path)))) files.push(path)
      else await walk(path, [...ancestors, real]).catch((error) => unreadable.push(sentence(path, error)))
    }
  }

  await walk('', []).catch((cause) => {
    throw refusal(root, cause)
  })
  return { root, files: files.sort(naturalOrder), unreadable }
}

const isFolder = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() ?? false
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const sentence = (path: string, error: unknown): string =>
  `The folder ${path} could not be read (${codeOf(error) || String(error)}); whatever it holds is not registered.`

function refusal(root: string, cause: unknown): OrganMosaicError {
  const code = codeOf(cause)
  if (code === 'ENOENT') return new OrganMosaicError('not-found', `The folder ${root} does not exist.`, { cause })
  if (code === 'ENOTDIR') {
    return new OrganMosaicError('usage', `${root} is a file; expected the folder of a dataset.`, { cause })
  }
  return new OrganMosaicError('environment', `The folder ${root} could not be read (${code || String(cause)}).`, {
    cause,
  })
}
