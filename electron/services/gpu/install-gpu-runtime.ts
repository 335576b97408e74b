// Fills the folder of the GPU runtime, wheel by wheel: download, check, unpack, forget the wheel. An interruption loses
// nothing; the next call goes on. The folder counts as installed when it has its final name.
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, open, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { asDiskError, OrganMosaicError } from '../../../contract/errors.ts'
import { formatBytes } from '../../../contract/format-bytes.ts'
import {
  isSameProcess,
  PROCESS_FILE,
  processLiveness,
  readProcess,
  thisProcess,
} from '../../../trainer/job-folder/process-liveness.ts'
import { bindingFile, factsFile, type RuntimeFacts } from '../../../trainer/runtime/gpu-runtime.ts'
import { partsOfName } from '../archives/entry-name.ts'
import { openZip } from '../archives/read-zip.ts'
import { downloadFile } from './download-file.ts'
import { describePlan } from './plan-gpu-runtime.ts'
import type { Wheel, WheelIndex } from './wheel-index.ts'

export interface InstallContext {
  readonly signal?: AbortSignal
  /** done, total: bytes of the download */
  readonly report?: (progress: { done: number; total: number; message: string }) => void
  readonly waitMs?: number
}

/** The libraries that are loaded, the assembler that TensorFlow calls, and every licence. */
const KEPT =
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$|^nvidia\/(?!.*\/include\/).*(\.so(\.\d+)*$|\/bin\/|\/nvvm\/|\/libdevice\/)|\.dist-info\/.*licen[cs]e/i

export const partialFolder = (folder: string): string => `${folder}.partial`

const ownBinding = (): string =>
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node')

/**
 * @param binding TensorFlow's Node binding; that of this installation fits both builds
 * @throws OrganMosaicError `environment` for too little room or no network, `invalid-file` for a wrong checksum, `disk`,
 *   `conflict` while another process installs it
 */
export async function installGpuRuntime(
  { wheels, folder, index }: { wheels: readonly Wheel[]; folder: string; index: Pick<WheelIndex, 'headers'> },
  context: InstallContext = {},
  binding = ownBinding,
): Promise<void> {
  const partial = partialFolder(folder)
  refuseSecond(partial)
  try {
    await beginOrGoOn(partial, wheels)
    const missing = wheels.filter((wheel) => !existsSync(marker(partial, wheel)))
    await requireRoom(partial, missing)
    const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0)
    let before = total - missing.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const wheel of missing) {
      await installWheel(wheel, partial, index, context, (bytes, message) =>
        context.report?.({ done: before + bytes, total, message }),
      )
      before += wheel.bytes
    }
    await mkdir(dirname(bindingFile(partial)), { recursive: true })
    await cp(binding(), bindingFile(partial), { dereference: true })
    await publish(partial, folder, wheels)
  } catch (thrown) {
    throw asDiskError(thrown)
  } finally {
    await rm(join(partial, PROCESS_FILE), { force: true })
  }
}

/** Two would write the same files. One that was killed, or of another machine, stands in nobody's way. */
function refuseSecond(partial: string): void {
  const other = readProcess(join(partial, PROCESS_FILE))
  if (!other || isSameProcess(other, thisProcess()) || processLiveness(other) !== 'alive') return
  throw new OrganMosaicError(
    'conflict',
    `The GPU runtime is being installed by another organ-mosaic (process ${other.pid}, since ${other.startedAt}); wait for it, or stop it.`,
  )
}

/** Wheels of another choice, from an earlier day, do not mix. */
async function beginOrGoOn(partial: string, wheels: readonly Wheel[]): Promise<void> {
  const file = join(partial, 'wheels.json')
  const wanted = JSON.stringify(wheels.map(({ sha256 }) => sha256))
  if (!existsSync(file) || (await readFile(file, 'utf8')) !== wanted) {
    await rm(partial, { recursive: true, force: true })
    await mkdir(join(partial, 'done'), { recursive: true })
    await writeFile(file, wanted)
  }
  await writeFile(join(partial, PROCESS_FILE), JSON.stringify(thisProcess()))
}

const marker = (partial: string, { filename }: Wheel): string => join(partial, 'done', filename)

async function requireRoom(partial: string, missing: readonly Wheel[]): Promise<void> {
  const { bavail, bsize } = await statfs(partial)
  const { diskBytes } = describePlan(missing, partial)
  if (bavail * bsize >= diskBytes) return
  throw new OrganMosaicError(
    'environment',
    `The GPU runtime needs ${formatBytes(diskBytes)} in ${dirname(partial)}, and ${formatBytes(bavail * bsize)} are free there. Free some, or choose another folder with ORGAN_MOSAIC_DATA.`,
  )
}

async function installWheel(
  wheel: Wheel,
  partial: string,
  index: Pick<WheelIndex, 'headers'>,
  { signal, waitMs }: InstallContext,
  say: (bytes: number, message: string) => void,
): Promise<void> {
  const file = join(partial, wheel.filename)
  const name = `${wheel.project} ${wheel.version}`
  await downloadFile({ ...wheel, headers: index.headers(wheel.url) }, file, {
    ...(signal ? { signal } : {}),
    ...(waitMs === undefined ? {} : { waitMs }),
    onBytes: (bytes) => say(bytes, `downloading ${name}`),
  })
  say(wheel.bytes, `unpacking ${name}`)
  await unpackWheel(file, partial, signal)
  await writeFile(marker(partial, wheel), '')
  await rm(file)
}

async function unpackWheel(wheel: string, folder: string, signal?: AbortSignal): Promise<void> {
  const { files } = await openZip(wheel)
  for await (const { name, content } of files) {
    const parts = KEPT.test(name) ? partsOfName(name, wheel) : null
    if (parts === null) continue
    const place = join(folder, ...parts)
    await mkdir(dirname(place), { recursive: true })
    await using handle = await open(place, 'w')
    for await (const chunk of content) {
      signal?.throwIfAborted()
      await handle.writeFile(chunk)
    }
    // The assembler that TensorFlow starts.
    if (name.includes('/bin/')) await chmod(place, 0o755)
  }
}

async function publish(partial: string, folder: string, wheels: readonly Wheel[]): Promise<void> {
  await rm(join(partial, 'done'), { recursive: true })
  for (const name of ['wheels.json', PROCESS_FILE]) await rm(join(partial, name))
  const facts: RuntimeFacts = {
    tensorflow: wheels[0]?.version ?? '',
    files: wheels.map(({ filename }) => filename),
    proof: null,
  }
  await rm(folder, { recursive: true, force: true })
  await writeFile(factsFile(partial), JSON.stringify(facts, null, 2))
  await rename(partial, folder)
}
