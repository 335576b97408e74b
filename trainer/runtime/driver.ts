// What the driver's own tool says of the cards: more than a training needs, for a person who asks why a card is not used.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'

export interface DriverCard {
  readonly name: string
  readonly driver: string
  readonly memoryMb: number
  readonly usedMb: number
  /** Such as 9.0; null where the driver is too old to tell. */
  readonly capability: number | null
}

export type Driver =
  | { readonly state: 'works'; readonly cards: readonly DriverCard[] }
  /** The tool is there and complains. */
  | { readonly state: 'fails'; readonly message: string }
  /** A card is in the machine, and no driver. */
  | { readonly state: 'missing' }
  | { readonly state: 'no-card' }

const FIELDS = ['name', 'driver_version', 'memory.total', 'memory.used']
const PCI = '/sys/bus/pci/devices'
const TIMEOUT_MS = 10_000

export async function readDriver(
  ask: (query: string) => Promise<string> = askTool,
  hasCard: () => boolean = hasNvidiaCard,
): Promise<Driver> {
  try {
    return { state: 'works', cards: parse(await ask([...FIELDS, 'compute_cap'].join(','))) }
  } catch (first) {
    if (isAbsent(first)) return { state: hasCard() ? 'missing' : 'no-card' }
    try {
      // Drivers before 2021 do not know compute_cap and refuse the whole question.
      return { state: 'works', cards: parse(await ask(FIELDS.join(','))) }
    } catch (second) {
      return { state: 'fails', message: messageOf(second) }
    }
  }
}

async function askTool(query: string): Promise<string> {
  const words = [`--query-gpu=${query}`, '--format=csv,noheader,nounits']
  const { stdout } = await promisify(execFile)('nvidia-smi', words, { timeout: TIMEOUT_MS })
  return stdout
}

function parse(text: string): DriverCard[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [name = '', driver = '', total, used, capability] = line.split(',').map((part) => part.trim())
    const level = Number(capability)
    const isTold = capability !== undefined && capability !== '' && !Number.isNaN(level)
    return { name, driver, memoryMb: Number(total) || 0, usedMb: Number(used) || 0, capability: isTold ? level : null }
  })
}

const isAbsent = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'

/** The tool says what is wrong on its output, not on the error channel. */
function messageOf(thrown: unknown): string {
  const { stdout, stderr } = thrown as { stdout?: unknown; stderr?: unknown }
  const said = [stdout, stderr].map((part) => (typeof part === 'string' ? part.trim() : '')).find((part) => part !== '')
  return (said ?? (thrown instanceof Error ? thrown.message : String(thrown))).split('\n')[0] ?? ''
}

/** By the numbers that the PCI bus gives: NVIDIA's, and the class of display controllers. */
function hasNvidiaCard(): boolean {
  if (!existsSync(PCI)) return false
  const read = (device: string, name: string): string => readFileSync(`${PCI}/${device}/${name}`, 'utf8').trim()
  return readdirSync(PCI).some((device) => {
    try {
      return read(device, 'vendor') === '0x10de' && read(device, 'class').startsWith('0x03')
    } catch {
      return false
    }
  })
}
