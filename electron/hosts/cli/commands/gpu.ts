// organ-mosaic gpu: TensorFlow's CUDA build, kept apart from the application.
import { z } from 'zod'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import {
  GpuPlanSchema,
  GpuProofSchema,
  GpuStatusSchema,
  type GpuPlan,
  type GpuStatus,
} from '../../../../contract/gpu.ts'
import type { Services } from '../../../services/services.ts'
import { defineCommand } from '../define-command.ts'
import type { Terminal } from '../terminal.ts'
import { table, type Style } from '../text.ts'

const OutputSchema = z.object({
  status: GpuStatusSchema,
  plan: GpuPlanSchema.nullable(),
  proof: GpuProofSchema.nullable(),
})
type Output = z.infer<typeof OutputSchema>

export const gpu = defineCommand({
  usage: 'gpu [what]',
  summary: "say whether TensorFlow's GPU runtime is there; install or remove it",
  options: [['-y, --yes', 'install without asking']],
  details: `[what] is install or remove. Installing shows the sizes first, takes the files from PyPI (or the index that
PIP_INDEX_URL names), checks each against the index's checksum, goes on where an interrupted download ended, and then
compares a 3D convolution and its gradients with the processor's.`,
  examples: ['organ-mosaic gpu', 'organ-mosaic gpu install', 'organ-mosaic gpu remove'],
  input: z.object({
    what: z.enum(['install', 'remove'], 'expected install or remove').optional(),
    yes: z.boolean().default(false),
  }),
  output: OutputSchema,
  run: async ({ gpu: desk }, { what, yes }, terminal): Promise<Output> => {
    if (what === undefined) return { status: await desk.status(), plan: null, proof: null }
    if (what === 'remove') return { status: await desk.remove(), plan: null, proof: null }
    const plan = await desk.plan()
    terminal.note(describePlan(plan, terminal.style))
    if (!yes && !(await terminal.confirm('Download and install it?'))) {
      throw new OrganMosaicError('usage', 'Nothing was installed. Add --yes to install without being asked.')
    }
    const proof = await install(desk, terminal)
    return { status: await desk.status(), plan, proof }
  },
  succeeded: ({ proof }) => proof?.works !== false,
  render: ({ status, proof }, style) => (proof ? describeProof(proof, style) : describeStatus(status)),
})

async function install(desk: Services['gpu'], terminal: Terminal): Promise<z.infer<typeof GpuProofSchema>> {
  const line = terminal.progress()
  const controller = new AbortController()
  const inMb = (bytes = 0): number => Math.round(bytes / 1e6)
  const stop = (): void => {
    line.note('Stopping; what was downloaded is kept. Press Ctrl-C again to leave at once.')
    controller.abort(new OrganMosaicError('usage', 'It was stopped; organ-mosaic gpu install goes on from there.'))
  }
  try {
    return await terminal.interruptible(stop, () =>
      desk.install({
        signal: controller.signal,
        onEvent: line.show,
        report: ({ done, total, message = '' }) =>
          total ? line.count(inMb(done), inMb(total), `MB  ${message}`) : line.note(message),
      }),
    )
  } finally {
    line.close()
  }
}

function describePlan(plan: GpuPlan, style: Style): string {
  const rows = plan.files.map(({ name, version, bytes }) => [name, version, formatBytes(bytes)])
  return [
    table(['file', 'version', 'download'], rows, style),
    `TensorFlow ${plan.tensorflow} with CUDA ${plan.cuda}: ${formatBytes(plan.downloadBytes)} to download, about ${formatBytes(plan.diskBytes)} on the disk, in ${plan.folder}`,
    ...plan.notes.map((note) => `${style.yellow('note')}  ${note}`),
  ].join('\n')
}

function describeStatus({ possible, installed, outdated, bytes, folder, proof }: GpuStatus): string {
  if (possible !== '') return possible
  if (!installed && bytes > 0)
    return `An interrupted download of ${formatBytes(bytes)} lies in ${folder}.partial; gpu install goes on with it.`
  if (!installed) return 'The GPU runtime is not installed. organ-mosaic gpu install says how large it is and asks.'
  const use = outdated
    ? 'of another version and not used; install it again'
    : proof
      ? describeUse(proof)
      : 'not tried yet'
  return `The GPU runtime lies in ${folder} (${formatBytes(bytes)}): ${use}.`
}

function describeUse({ works, device }: z.infer<typeof GpuProofSchema>): string {
  if (!works) return 'it computed something else than the processor and is not used'
  return device === 'GPU' ? 'it works' : 'TensorFlow found no card that it can use; organ-mosaic doctor says why'
}

function describeProof(proof: z.infer<typeof GpuProofSchema>, style: Style): string {
  const { works, device, difference, gflops } = proof
  const compared = `a 3D convolution and its gradients differ from the processor's by ${difference.toExponential(1)}`
  if (!works) return `${style.red('wrong')}  It is installed and not used: ${compared}. Please report this.`
  if (device === 'CPU') return `${style.yellow('unused')}  It is installed, and ${describeUse(proof)}.`
  return `${style.green('works')}  On the graphics card ${compared}; ${gflops.toFixed(0)} GFLOP/s. Trainings use it from now on.`
}
