// Examines this machine: what checkMachine sees, then a real convolution with its gradients in a trainer child.
import { describeDevices } from '../../../contract/device.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { DoctorReport, ProbeReport } from '../../../contract/report.ts'
import { repairAdvice } from '../../../trainer/runtime/installation.ts'
import type { Watch } from '../jobs/run-job.ts'
import { runProbe } from '../jobs/run-probe.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { checkMachine, isSetUp } from './check-machine.ts'

type Check = DoctorReport['checks'][number]

/** Gradients by TensorFlow and by finite differences in float32 agree this well. */
const largestGradientError = 0.02
/** Below this a two-stage run of the quick preset is no longer a matter of minutes. */
const slowGflops = 20

/** ok: no check says error. A probe that fails is a finding of the doctor, not a failure of the command. */
export async function doctor(workspace: Workspace, watch: Watch = {}): Promise<DoctorReport> {
  const checks = await checkMachine(workspace)
  let probe: DoctorReport['probe'] = null
  if (isSetUp()) {
    try {
      probe = await runProbe(workspace, 'The TensorFlow probe', watch)
      checks.push(...judgeProbe(probe))
    } catch (thrown) {
      if (watch.signal?.aborted) throw thrown
      const { message } = toOrganMosaicError(thrown)
      checks.push({ name: 'TensorFlow', status: 'error', value: message, advice: repairAdvice() })
    }
  }
  return { ok: checks.every(({ status }) => status !== 'error'), checks, probe }
}

/** @example 'GPU: NVIDIA L4, 22.5 GB, its memory taken as needed' */
function describeComputing({ device, devices, threads }: ProbeReport): string {
  const used = devices.filter(({ type }) => type === device)
  if (device === 'CPU') return `CPU: ${describeDevices(used)}, ${threads} threads`
  const spread = used.length > 1 ? ', the models of a stage spread over them' : ''
  return `GPU: ${used.length > 0 ? describeDevices(used) : 'a graphics card'}${spread}, memory taken as needed`
}

export function judgeProbe(probe: ProbeReport): Check[] {
  const source = probe.binding === 'wheel' ? 'from the PyPI wheel' : "from the package's own download"
  const hasIdleGpu = probe.device === 'CPU' && probe.devices.some(({ type }) => type === 'GPU')
  const isSlow = probe.convolutionGflops < slowGflops
  const isWrong = probe.gradientError > largestGradientError
  return [
    { name: 'TensorFlow', status: 'ok', value: `${probe.tensorflow} ${source}, tfjs ${probe.tfjs}`, advice: '' },
    {
      name: 'Computing device',
      status: hasIdleGpu ? 'warning' : 'ok',
      value: describeComputing(probe),
      advice: hasIdleGpu
        ? 'A GPU is there and was not used; what is said of the driver and of the GPU runtime tells why.'
        : '',
    },
    {
      name: '3D convolution speed',
      status: isSlow ? 'warning' : 'ok',
      value: `${probe.convolutionGflops.toFixed(0)} GFLOP/s, forward and both gradients`,
      advice: isSlow ? 'This is slow; close other programs, or train on another machine.' : '',
    },
    {
      name: 'Gradients',
      status: isWrong ? 'error' : 'ok',
      value: `within ${probe.gradientError.toExponential(1)} of finite differences`,
      advice: isWrong ? `TensorFlow computes wrong gradients here; please report this. ${repairAdvice()}` : '',
    },
  ]
}
