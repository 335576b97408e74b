// Whether the GPU runtime computes: the doctor's probe with it and on the processor, the same convolution and gradients.
import type { GpuProof } from '../../../contract/gpu.ts'
import type { ProbeReport } from '../../../contract/report.ts'
import type { Watch } from '../jobs/run-job.ts'
import { runProbe } from '../jobs/run-probe.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/** TF32, in which cards multiply, keeps ten bits: a thousandth, and some of that adds up. */
const LARGEST_DIFFERENCE = 0.01

/** @throws OrganMosaicError as runJob: the trainer could not load it, or ended */
export async function proveGpuRuntime(workspace: Workspace, watch: Watch): Promise<GpuProof> {
  const found = await runProbe(workspace, 'The GPU probe', watch, { device: 'auto' })
  return judgeProof(found, await runProbe(workspace, 'The GPU probe', watch, { device: 'cpu' }))
}

export function judgeProof(found: ProbeReport, expected: ProbeReport): GpuProof {
  const difference = found.sample.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - (expected.sample[i] ?? NaN))),
    0,
  )
  const isWhole = found.sample.length > 0 && found.sample.length === expected.sample.length
  const works = isWhole && difference <= LARGEST_DIFFERENCE
  // JSON knows no NaN: a wrong number is as bad as none.
  return {
    device: found.device,
    difference: Number.isFinite(difference) ? difference : 1,
    works,
    gflops: found.convolutionGflops,
  }
}
