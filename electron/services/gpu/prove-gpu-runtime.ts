// Whether the GPU runtime computes: the doctor's probe with it and on the processor, the same convolution and gradients.
import type { GpuProof } from '../../../contract/gpu.ts'
import { ProbeReportSchema, type ProbeReport } from '../../../contract/report.ts'
import { newJobFolder } from '../jobs/create-job-folder.ts'
import { jobHeader } from '../jobs/job-header.ts'
import { readJobReport } from '../jobs/read-job-report.ts'
import { runJob, type Watch } from '../jobs/run-job.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/** TF32, in which cards multiply, keeps ten bits: a thousandth, and some of that adds up. */
const LARGEST_DIFFERENCE = 0.01

/** @throws OrganMosaicError as runJob: the trainer could not load it, or ended */
export async function proveGpuRuntime(workspace: Workspace, watch: Watch): Promise<GpuProof> {
  const probe = async (device: 'auto' | 'cpu'): Promise<ProbeReport> => {
    const folder = newJobFolder(workspace.jobs, 'probe')
    const header = jobHeader(workspace, folder)
    await runJob(folder, { kind: 'probe', ...header, compute: { ...header.compute, device } }, 'The GPU probe', watch)
    return readJobReport(folder, ProbeReportSchema)
  }
  const found = await probe('auto')
  return judgeProof(found, await probe('cpu'))
}

export function judgeProof(found: ProbeReport, expected: ProbeReport): GpuProof {
  const difference = found.sample.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (expected.sample[i] ?? NaN))),
    0,
  )
  const works = found.sample.length > 0 && difference <= LARGEST_DIFFERENCE
  // JSON knows no NaN: a wrong number is as bad as none.
  return {
    device: found.device,
    difference: Number.isFinite(difference) ? difference : 1,
    works,
    gflops: found.convolutionGflops,
  }
}
