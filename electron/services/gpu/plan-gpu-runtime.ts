// Which files make the GPU runtime: TensorFlow's wheel with CUDA, and of each library that it asks for the newest version
// that it allows, as pip would choose.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { GpuPlan } from '../../../contract/gpu.ts'
import { GPU_BUILD } from '../../../trainer/runtime/gpu-build.ts'
import { compareReleases, type Wheel, type WheelIndex } from './wheel-index.ts'

/** Measured: 3.4 GB of wheels become 5.7 GB, and the largest lies beside them while it is unpacked. */
const DISK_PER_DOWNLOAD = 1.9

interface Requirement {
  readonly project: string
  readonly bounds: readonly (readonly [sign: string, version: string])[]
}

/** TensorFlow first. @throws OrganMosaicError `environment` when the index lacks one of them */
export async function resolveWheels(index: WheelIndex, tensorflow: string = GPU_BUILD.tensorflow): Promise<Wheel[]> {
  const main = await choose(index, { project: 'tensorflow', bounds: [['==', tensorflow]] })
  const requirements = cudaRequirements(await index.metadata(main))
  return [main, ...(await Promise.all(requirements.map((requirement) => choose(index, requirement))))]
}

/** @param metadata of the wheel: lines such as Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda" */
export function cudaRequirements(metadata: string): Requirement[] {
  const lines = metadata.matchAll(/^Requires-Dist: ([\w.-]+)([^;\n]*);\s*extra == ["']and-cuda["']/gm)
  return [...lines].map(([, project = '', bounds = '']) => ({
    project,
    bounds: [...bounds.matchAll(/(==|>=|<=|<|>|!=)\s*([\w.]+)/g)].map(([, sign = '', version = '']) => [sign, version]),
  }))
}

async function choose(index: WheelIndex, { project, bounds }: Requirement): Promise<Wheel> {
  const found = (await index.list(project)).findLast(({ version }) =>
    bounds.every(([sign, bound]) => holds(compareReleases(version, bound), sign)),
  )
  if (found) return found
  const wanted = bounds.map((bound) => bound.join('')).join(', ')
  throw new OrganMosaicError(
    'environment',
    `The package index has no ${project} (${wanted}) for this system. A mirror may hold too little: PIP_INDEX_URL names another.`,
  )
}

function holds(difference: number, sign: string): boolean {
  const rules: Record<string, boolean> = {
    '==': difference === 0,
    '!=': difference !== 0,
    '>=': difference >= 0,
    '<=': difference <= 0,
    '>': difference > 0,
    '<': difference < 0,
  }
  return rules[sign] ?? false
}

export function describePlan(wheels: readonly Wheel[], folder: string): Omit<GpuPlan, 'notes'> {
  const downloadBytes = wheels.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    tensorflow: wheels[0]?.version ?? '',
    cuda: GPU_BUILD.cuda,
    folder,
    files: wheels.map(({ project, version, bytes }) => ({ name: project, version, bytes })),
    downloadBytes,
    diskBytes: Math.round(downloadBytes * DISK_PER_DOWNLOAD),
  }
}
