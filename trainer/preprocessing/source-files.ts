// Whether the files of a case are still those that were registered: by their content where a case is read, and for a case
// that was prepared before by their sizes and times first, because hashing reads everything.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../../contract/case.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { JobDataset } from '../../contract/job.ts'
import { hashCaseFiles } from '../imaging/hash-case-files.ts'
import { filesOfImage } from '../imaging/read-image.ts'

/** Beside the arrays of a prepared case. */
const NOTE = 'source-files.json'

/** A file that cannot be read at all is left to its reader, who says why. @throws OrganMosaicError invalid-data */
export async function requireUnchanged(dataset: JobDataset, caseEntry: Case): Promise<void> {
  if (await hasSameContent(dataset, caseEntry)) return
  const places = caseEntry.images.map((path) => join(dataset.root, path)).join(', ')
  throw new OrganMosaicError(
    'invalid-data',
    `Case ${caseEntry.id}: ${places} or its labels changed since dataset ${dataset.name} was registered. Register the dataset again.`,
  )
}

/** Remembers how the files look now, which are known to be those that were registered. */
export async function noteSource(dataset: JobDataset, caseEntry: Case, folder: string): Promise<void> {
  const states = await statesOf(dataset, caseEntry)
  // A cache that cannot be written to is as good without.
  if (states !== null) await writeFile(join(folder, NOTE), states).catch(() => undefined)
}

/**
 * @param folder of the prepared case
 * @returns true also where the files are gone: they are not needed
 */
export async function isUnchangedSince(dataset: JobDataset, caseEntry: Case, folder: string): Promise<boolean> {
  const states = await statesOf(dataset, caseEntry)
  if (states === null || states === (await readFile(join(folder, NOTE), 'utf8').catch(() => null))) return true
  if (!(await hasSameContent(dataset, caseEntry))) return false
  await noteSource(dataset, caseEntry, folder)
  return true
}

async function hasSameContent(dataset: JobDataset, caseEntry: Case): Promise<boolean> {
  if (caseEntry.fileHash === null) return true
  const found = await hashCaseFiles(dataset.root, caseEntry)
  return found === null || found === caseEntry.fileHash
}

/** Sizes and times of all files, in their order; null where one is not there. */
async function statesOf({ root }: JobDataset, { images, labels }: Case): Promise<string | null> {
  try {
    const addresses = [...images, ...labels.map(({ path }) => path)].map((path) => join(root, path))
    const files = [...new Set((await Promise.all(addresses.map(filesOfImage))).flat())]
    const states = await Promise.all(files.map((path) => stat(path, { bigint: true })))
    return JSON.stringify(states.map(({ size, mtimeNs }) => `${size} ${mtimeNs}`))
  } catch {
    return null
  }
}
