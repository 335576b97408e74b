// What stands between a graphics card and a training, in plain words: the driver, its age, the card's age, its memory, and
// TensorFlow's GPU build.
import { release } from 'node:os'
import { compareVersions } from '../../../contract/compare-versions.ts'
import type { DoctorReport } from '../../../contract/report.ts'
import { readDriver, type Driver, type DriverCard } from '../../../trainer/runtime/driver.ts'
import { GPU_BUILD, SMALLEST_CARD_MB } from '../../../trainer/runtime/gpu-build.ts'
import {
  gpuRuntimeFolder,
  readRuntimeFacts,
  isUsable,
  type RuntimeFacts,
} from '../../../trainer/runtime/gpu-runtime.ts'
import { isCudaBuild } from '../../../trainer/runtime/installation.ts'
import { whyNot } from '../gpu/why-not.ts'

type Check = DoctorReport['checks'][number]

const RUNTIME = 'GPU runtime'
/** Programs that draw the desktop take less. */
const BUSY_SHARE = 0.5

export interface GraphicsState {
  readonly driver: Driver
  /** Of `organ-mosaic gpu install`; null: not there. */
  readonly runtime: RuntimeFacts | null
  /** Whether TensorFlow came with CUDA already, as the set-up of a clone fetches it. */
  readonly isBuiltIn: boolean
  /** Linux inside Windows: the driver is that of Windows */
  readonly inWindows: boolean
  /** Why a card cannot be used on this system; empty where it can. */
  readonly impossible: string
}

export function judgeGraphics(state: GraphicsState): Check[] {
  const { driver, inWindows } = state
  if (driver.state !== 'works') return [checkMissing(driver, inWindows)]
  const tooOld = driver.cards.find((card) => compareVersions(card.driver, GPU_BUILD.oldestDriver) < 0)
  return [
    tooOld
      ? oldDriver(tooOld, inWindows)
      : good('NVIDIA driver', [...new Set(driver.cards.map((card) => card.driver))].join(', ')),
    ...driver.cards.map(checkCard),
    // What to install is said once the driver can use it.
    ...(tooOld ? [] : [checkRuntime(state)]),
  ]
}

export const checkGraphics = async (): Promise<Check[]> => judgeGraphics(await readState())

/** Why the GPU runtime would not be used, or not well: to be read before gigabytes are fetched. */
export function notesBefore(state: GraphicsState): string[] {
  if (state.driver.state === 'no-card') return ['No NVIDIA card was seen in this machine: it would not be used.']
  return judgeGraphics(state)
    .filter(({ name }) => name !== RUNTIME)
    .filter(({ status }) => status === 'warning')
    .map(({ name, value, advice }) => `${name}: ${value}. ${advice}`)
}

export const notesOnGraphics = async (): Promise<string[]> => notesBefore(await readState())

async function readState(): Promise<GraphicsState> {
  const folder = gpuRuntimeFolder()
  return {
    driver: await readDriver(),
    runtime: folder === undefined ? null : readRuntimeFacts(folder),
    isBuiltIn: isCudaBuild(),
    inWindows: /microsoft/i.test(release()),
    impossible: whyNot(),
  }
}

const good = (name: string, value: string, advice = ''): Check => ({ name, status: 'ok', value, advice })
const note = (name: string, value: string, advice: string): Check => ({ name, status: 'warning', value, advice })

function checkMissing(driver: Exclude<Driver, { state: 'works' }>, inWindows: boolean): Check {
  const name = 'NVIDIA driver'
  if (driver.state === 'no-card') return good(name, 'no NVIDIA card seen: training runs on the processor')
  const version = `version ${GPU_BUILD.oldestDriver} or newer`
  if (inWindows) {
    const said = driver.state === 'missing' ? 'no driver answers' : `does not answer: ${driver.message}`
    return note(
      name,
      said,
      `Install NVIDIA's driver for Windows, ${version}, none in here; then wsl --shutdown in PowerShell.`,
    )
  }
  if (driver.state === 'missing') {
    return note(
      name,
      'an NVIDIA card is in this machine, and no driver: training runs on the processor',
      `Install NVIDIA's driver, ${version}, from your system's packages (Ubuntu: sudo ubuntu-drivers install), and restart.`,
    )
  }
  return note(
    name,
    `does not answer: ${driver.message}`,
    `Restart the machine: after an update the old driver is still running. If that does not help, install the driver anew, ${version}.`,
  )
}

const oldDriver = ({ driver }: DriverCard, inWindows: boolean): Check =>
  note(
    'NVIDIA driver',
    `${driver} is too old: TensorFlow's CUDA ${GPU_BUILD.cuda} needs ${GPU_BUILD.oldestDriver} or newer`,
    `Update the driver ${inWindows ? 'in Windows' : "from your system's packages"} and restart; until then training runs on the processor.`,
  )

function checkCard({ name, memoryMb, usedMb, capability }: DriverCard): Check {
  const title = 'Graphics card'
  const value = `${name}, ${(memoryMb / 1024).toFixed(1)} GB`
  if (capability !== null && capability < GPU_BUILD.oldestCapability) {
    return note(title, `${value}, too old for this TensorFlow`, 'Training runs on the processor, or on another card.')
  }
  if (memoryMb < SMALLEST_CARD_MB) {
    return note(
      title,
      `${value}: little memory`,
      'Use the quick preset, or set plan.maxPatchVoxels lower; a run whose patch does not fit offers a smaller one.',
    )
  }
  if (usedMb > BUSY_SHARE * memoryMb) {
    return note(
      title,
      `${value}, of which other programs use ${(usedMb / 1024).toFixed(1)} GB`,
      'Close them (nvidia-smi lists them), or choose another card with CUDA_VISIBLE_DEVICES.',
    )
  }
  const isNew = capability !== null && Math.floor(capability) > GPU_BUILD.newestCapability
  if (!isNew) return good(title, value)
  return good(
    title,
    `${value}, newer than this TensorFlow`,
    'It works. Its kernels are compiled when it is first used: that can take many minutes, once, and the first run says so.',
  )
}

function checkRuntime({ runtime, isBuiltIn, impossible }: GraphicsState): Check {
  const name = RUNTIME
  if (isBuiltIn) return good(name, `TensorFlow ${GPU_BUILD.tensorflow} with CUDA, from the set-up`)
  if (impossible !== '') return good(name, `cannot be used here: ${impossible}`)
  const install = 'Get it with organ-mosaic gpu install, or with the button under Settings.'
  if (runtime === null) return note(name, 'not installed: training runs on the processor', install)
  if (runtime.proof?.works === false) {
    return note(
      name,
      'computes wrongly on this card and is not used',
      'Update the driver, then organ-mosaic gpu remove and organ-mosaic gpu install; please report this.',
    )
  }
  if (!isUsable(runtime)) return note(name, `of another version (TensorFlow ${runtime.tensorflow}), not used`, install)
  return good(name, `TensorFlow ${runtime.tensorflow} with CUDA ${GPU_BUILD.cuda}`)
}
