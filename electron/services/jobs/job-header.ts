// What every job that uses a trained run, or only this machine, begins with.
import { basename } from 'node:path'
import type { PredictJob } from '../../../contract/job.ts'
import { jobVersions } from '../runs/job-versions.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readSettings } from '../workspace/settings-file.ts'

type JobHeader = Pick<PredictJob, 'schemaVersion' | 'name' | 'createdAt' | 'versions' | 'cacheFolder' | 'compute'>

/** @param folder of the job @throws OrganMosaicError `invalid-file` when the workspace's settings cannot be read */
export const jobHeader = (workspace: Workspace, folder: string): JobHeader => ({
  schemaVersion: 1,
  name: basename(folder),
  createdAt: new Date().toISOString(),
  versions: jobVersions(),
  cacheFolder: workspace.cache,
  compute: readSettings(workspace).compute,
})
