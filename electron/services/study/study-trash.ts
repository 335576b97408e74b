// Removed studies: their folders move to the workspace's trash, and come back from there. Their runs stay as they are.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { requireWritable } from '../workspace/refuse-writing.ts'
import { moveToTrash, restoreFromTrash } from '../workspace/trash.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readStudyState, requireStudy, studyFolder } from './study-store.ts'

/**
 * @returns what restoreStudy takes it back with
 * @throws OrganMosaicError `not-found`; `conflict` while it is worked on
 */
export function removeStudy(workspace: Workspace, name: string): string {
  requireWritable(workspace)
  const folder = requireStudy(workspace, name)
  if (readStudyState(workspace, name).state === 'running') {
    throw new OrganMosaicError(
      'conflict',
      `Study ${name} is being worked on; pause or cancel it first, then remove it.`,
    )
  }
  return moveToTrash(workspace, 'studies', folder)
}

/** @returns its name @throws OrganMosaicError `not-found`; `conflict` when another study has its name by now */
export function restoreStudy(workspace: Workspace, removed: string): string {
  requireWritable(workspace)
  return restoreFromTrash(workspace, 'studies', removed, 'study', (name) => studyFolder(workspace, name))
}
