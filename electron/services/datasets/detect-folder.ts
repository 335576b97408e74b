// What cases a folder holds, by its names, small text files and, for DICOM, the headers of every file: in a thread, where
// a window waits for other things.
import type { DatasetRole, FolderReading } from '../../../contract/dataset.ts'
import { detectLayout } from './layouts/index.ts'
import type { LayoutMatch } from './layouts/layout.ts'
import { listFolder, type FolderListing } from './list-folder.ts'

export interface DetectedFolder {
  readonly folder: FolderListing
  readonly match: LayoutMatch
}

/** @throws OrganMosaicError as listFolder and detectLayout */
export async function detectFolder(root: string, role: DatasetRole, reading: FolderReading): Promise<DetectedFolder> {
  const folder = await listFolder(root)
  return { folder, match: await detectLayout(folder, role, reading) }
}
