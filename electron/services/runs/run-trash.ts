// Removed runs: their folders move to the workspace's trash, and come back from there.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { forgetRun } from '../database/index-run.ts'
import { jobState } from '../jobs/job-state.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun, runFolder } from '../workspace/run-store.ts'
import { moveToTrash, restoreFromTrash } from '../workspace/trash.ts'
import type { RunStore } from './run-control.ts'

/**
 * @returns what restoreRun takes it back with
 * @throws OrganMosaicError `not-found`; `conflict` while it is trained or another run needs its stage 1
 */
export function removeRun({ database, workspace }: RunStore, name: string): string {
  readRun(workspace, name)
  const folder = runFolder(workspace, name)
  if (jobState(folder) === 'running') {
    throw new OrganMosaicError('conflict', `Run ${name} is being trained; stop it first, then remove it.`)
  }
  const user = listRunNames(workspace).find((other) => other !== name && stage1Of(workspace, other) === folder)
  if (user !== undefined) {
    throw new OrganMosaicError('conflict', `Run ${user} needs the stage 1 of run ${name}; remove ${user} first.`)
  }
  const removed = moveToTrash(workspace, 'runs', folder)
  forgetRun(database, name)
  return removed
}

/** null also for a run that cannot be read: nothing can be said of what it needs. */
function stage1Of(workspace: Workspace, name: string): string | null {
  try {
    return readRun(workspace, name).stage1From
  } catch {
    return null
  }
}

/** @returns its name @throws OrganMosaicError `not-found`; `conflict` when another run has its name by now */
export const restoreRun = ({ workspace }: RunStore, removed: string): string =>
  restoreFromTrash(workspace, 'runs', removed, 'run', (name) => runFolder(workspace, name))
