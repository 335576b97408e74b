// What a folder holds beyond its cases: nothing that was dropped disappears without a word.
import type { Finding } from '../../../contract/finding.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { createFinding } from './create-finding.ts'
import { isVolume } from './layouts/case-files.ts'
import type { FoundCase } from './layouts/layout.ts'
import type { FolderListing } from './list-folder.ts'

/** Warnings for subfolders that could not be listed, one note for volumes that belong to no case. */
export function findLeftovers(folder: FolderListing, cases: readonly FoundCase[]): Finding[] {
  const used = new Set(
    cases
      .flatMap((found) => [...found.images, ...found.labels.map((label) => label.path)])
      .map((path) => pathOf(path ?? '')),
  )
  const left = folder.files.filter((path) => isVolume(path) && !used.has(path))
  const findings = folder.unreadable.map((message) => createFinding('warning', 'missing-image', message))
  if (left.length === 0) return findings
  const shown = left.slice(0, 5).join(', ') + (left.length > 5 ? ', ...' : '')
  const subject = left.length === 1 ? '1 image file belongs' : `${left.length} image files belong`
  const message = `${subject} to no case and ${left.length === 1 ? 'is' : 'are'} not registered: ${shown}. Give a file the name of its case, or remove it.`
  return [...findings, createFinding('info', 'ambiguous-file', message)]
}
