// Is the folder that a dataset is to be linked to really the one that moved?
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'

/** @throws OrganMosaicError `conflict` when not one file of the dataset is there unchanged */
export function requireSameCases(known: Dataset, found: Dataset): void {
  const hashes = new Set(known.cases.flatMap(({ fileHash }) => fileHash ?? []))
  if (hashes.size === 0 || found.cases.some(({ fileHash }) => fileHash !== null && hashes.has(fileHash))) return
  throw new OrganMosaicError(
    'conflict',
    `${found.root} holds none of the ${known.cases.length} cases of ${known.name} (looked for the same files); choose the folder that was ${known.root}, or register this one as a dataset of its own.`,
  )
}
