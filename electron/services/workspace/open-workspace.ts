// The workspace: one folder that holds everything of a person's studies. Folders are the truth, the database an index.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'

/** Absolute paths; all of the folders exist. */
export type Workspace = {
  home: string
  databaseFile: string
  datasets: string
  runs: string
  jobs: string
  cache: string
}

/** --home, else ORGAN_MOSAIC_HOME, else ~/OrganMosaic. */
export function chooseHome(home?: string, environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(home ?? (environment['ORGAN_MOSAIC_HOME'] || join(homedir(), 'OrganMosaic')))
}

/**
 * Opens the workspace and creates what is missing.
 * @throws OrganMosaicError `environment` when a folder cannot be created or written
 */
export function openWorkspace(home: string): Workspace {
  const root = resolve(home)
  const workspace: Workspace = {
    home: root,
    databaseFile: join(root, 'organ-mosaic.sqlite'),
    datasets: join(root, 'datasets'),
    runs: join(root, 'runs'),
    jobs: join(root, 'jobs'),
    cache: join(root, 'cache'),
  }
  for (const folder of [root, workspace.datasets, workspace.runs, workspace.jobs, workspace.cache]) {
    try {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (cause) {
      throw new OrganMosaicError(
        'environment',
        `The workspace needs a writable folder ${folder} (${reasonOf(cause)}); free that path, or choose another place with --home or ORGAN_MOSAIC_HOME.`,
        { cause, details: { folder } },
      )
    }
  }
  return workspace
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  if (code === 'EROFS') return 'the disk is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in the way'
  return cause instanceof Error ? cause.message : String(cause)
}
