// What a host does with the GPU runtime: says what there is, plans, installs and removes it.
import { readdir, rm, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { GpuPlan, GpuProof, GpuStatus } from '../../../contract/gpu.ts'
import type { Task } from '../../../contract/task.ts'
import { factsFile, gpuRuntimeFolder, isUsable, readRuntimeFacts } from '../../../trainer/runtime/gpu-runtime.ts'
import { notesOnGraphics } from '../doctor/check-graphics.ts'
import type { TaskContext, Tasks } from '../tasks/create-tasks.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { installGpuRuntime, partialFolder } from './install-gpu-runtime.ts'
import { describePlan, resolveWheels } from './plan-gpu-runtime.ts'
import { proveGpuRuntime } from './prove-gpu-runtime.ts'
import { openWheelIndex } from './wheel-index.ts'
import { whyNot } from './why-not.ts'

export interface GpuDesk {
  readonly status: () => Promise<GpuStatus>
  /** Asks the index; fetches nothing. @throws OrganMosaicError `environment` */
  readonly plan: () => Promise<GpuPlan>
  /** Fetches what is missing, then proves it. @throws OrganMosaicError as installGpuRuntime and proveGpuRuntime */
  readonly install: (context: TaskContext) => Promise<GpuProof>
  readonly startInstall: () => Task
  /** With what an interrupted download left. @throws OrganMosaicError `conflict` while it is being installed */
  readonly remove: () => Promise<GpuStatus>
}

export function createGpuDesk({ workspace, tasks }: { workspace: Workspace; tasks: Tasks }): GpuDesk {
  const isInstalling = (): boolean =>
    tasks.list().some(({ kind, state }) => kind === 'install-gpu' && state === 'running')

  async function install({ signal, report, onEvent }: TaskContext): Promise<GpuProof> {
    const folder = requireFolder()
    const index = openWheelIndex(undefined, signal)
    await installGpuRuntime({ wheels: await resolveWheels(index), folder, index }, { signal, report })
    report({ done: 0, total: 0, message: 'computing with it; a card that is newer than the build takes minutes' })
    const proof = await proveGpuRuntime(workspace, { signal, onEvent })
    keepProof(folder, proof)
    return proof
  }

  return {
    status: describeStatus,
    async plan() {
      const folder = requireFolder()
      const [wheels, notes] = await Promise.all([resolveWheels(openWheelIndex()), notesOnGraphics()])
      return { ...describePlan(wheels, folder), notes }
    },
    install,
    startInstall() {
      requireFolder()
      if (isInstalling()) throw new OrganMosaicError('conflict', 'The GPU runtime is being installed already.')
      return tasks.start({ kind: 'install-gpu', title: 'Installing the GPU runtime', subject: 'gpu' }, install)
    },
    async remove() {
      if (isInstalling())
        throw new OrganMosaicError('conflict', 'The GPU runtime is being installed; cancel that first.')
      const folder = requireFolder()
      for (const place of [folder, partialFolder(folder)]) await rm(place, { recursive: true, force: true })
      return describeStatus()
    },
  }
}

function requireFolder(): string {
  const reason = whyNot()
  if (reason !== '') throw new OrganMosaicError('environment', reason)
  const folder = gpuRuntimeFolder()
  if (folder) return folder
  throw new OrganMosaicError(
    'environment',
    'The GPU runtime goes to the home folder, and this user has none; choose a folder with ORGAN_MOSAIC_DATA.',
  )
}

async function describeStatus(): Promise<GpuStatus> {
  const folder = gpuRuntimeFolder() ?? ''
  const facts = folder === '' ? null : readRuntimeFacts(folder)
  const sizes = await Promise.all([folder, partialFolder(folder)].map(sizeOf))
  return {
    possible: whyNot(),
    folder,
    installed: facts !== null,
    outdated: facts !== null && facts.proof?.works !== false && !isUsable(facts),
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    proof: facts?.proof ?? null,
  }
}

async function sizeOf(folder: string): Promise<number> {
  if (folder === '' || !existsSync(folder)) return 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

function keepProof(folder: string, proof: GpuProof): void {
  const facts = readRuntimeFacts(folder)
  if (facts) writeJsonFile(factsFile(folder), { ...facts, proof })
}
