// Training runs as folders of the workspace: runs/NAME, each a job folder with its run.json.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { TrainJobSchema, type TrainJob } from '../../../contract/job.ts'
import { readJsonFile } from './json-file.ts'
import { nearestName } from './nearest-name.ts'
import type { Workspace } from './open-workspace.ts'

export const runFolder = (workspace: Workspace, name: string): string => join(workspace.runs, name)

/** Alphabetical. */
export function listRunNames(workspace: Workspace): string[] {
  return readdirSync(workspace.runs)
    .filter((name) => existsSync(join(workspace.runs, name, 'run.json')))
    .sort()
}

/** @throws OrganMosaicError `not-found` with the nearest name, `invalid-file` */
export function readRun(workspace: Workspace, name: string): TrainJob {
  if (basename(name) === name && existsSync(join(workspace.runs, name, 'run.json'))) {
    // The folder's name counts: a run folder may have been copied or renamed.
    return { ...readJsonFile(join(runFolder(workspace, name), 'run.json'), TrainJobSchema), name }
  }
  const names = listRunNames(workspace)
  throw new OrganMosaicError(
    'not-found',
    `No run is called ${name}${nearestName(name, names)}; organ-mosaic runs lists them, organ-mosaic train starts one.`,
  )
}
