// The small job that computes a convolution with its gradients: whether, where and how fast this machine does it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProbeReportSchema, type ProbeReport } from '../../../contract/report.ts'
import type { Compute } from '../../../contract/settings.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { newJobFolder } from './create-job-folder.ts'
import { jobHeader } from './job-header.ts'
import { readJobReport } from './read-job-report.ts'
import { runJob, type Watch } from './run-job.ts'

/**
 * @param what for messages, e.g. 'The TensorFlow probe'
 * @param compute in place of the settings of the workspace
 * @throws OrganMosaicError as runJob: the trainer could not load TensorFlow, or ended
 */
export async function runProbe(
  workspace: Workspace,
  what: string,
  watch: Watch,
  compute: Partial<Compute> = {},
): Promise<ProbeReport> {
  const isKept = workspace.readOnly === null
  // A machine can be examined with a workspace that can only be looked at.
  const jobs = isKept ? workspace.jobs : mkdtempSync(join(tmpdir(), 'organ-mosaic-probe-'))
  try {
    const folder = newJobFolder(jobs, 'probe')
    const header = jobHeader(workspace, folder)
    await runJob(folder, { kind: 'probe', ...header, compute: { ...header.compute, ...compute } }, what, watch)
    return readJobReport(folder, ProbeReportSchema)
  } finally {
    if (!isKept) rmSync(jobs, { recursive: true, force: true })
  }
}
