// The NVIDIA cards of this machine, as the driver's own tool tells them. Loads no TensorFlow, which would take memory.
import { execFileSync } from 'node:child_process'

export interface GraphicsCard {
  /** In the order of the PCI bus, which CUDA follows too (CUDA_DEVICE_ORDER). */
  readonly index: number
  readonly uuid: string
  readonly name: string
  readonly memoryMb: number
  readonly usedMb: number
}

const QUERY = ['--query-gpu=index,uuid,name,memory.total,memory.used', '--format=csv,noheader,nounits']
/** A driver that hangs must not keep a training from starting on the processor. */
const TIMEOUT_MS = 10_000

/** Empty without a card, without a driver, and without its tool. */
export function listGraphicsCards(): GraphicsCard[] {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return parseCards(execFileSync('nvidia-smi', QUERY, { encoding: 'utf8', timeout: TIMEOUT_MS, stdio }))
  } catch {
    return []
  }
}

/** @param text lines of "index, uuid, name, MiB of memory, MiB in use"; a line that is cut or says [N/A] is left out */
export function parseCards(text: string): GraphicsCard[] {
  return text.split('\n').flatMap((line) => {
    const [index, uuid, name, total, used] = line.split(',').map((part) => part.trim())
    const numbers = [index, total, used].map((part) => (part === undefined || part === '' ? NaN : Number(part)))
    if (uuid === undefined || name === undefined || numbers.some(Number.isNaN)) return []
    return [{ index: numbers[0]!, uuid, name, memoryMb: numbers[1]!, usedMb: numbers[2]! }]
  })
}

/**
 * The cards that a process may use.
 * @param visible CUDA_VISIBLE_DEVICES: indices or the beginnings of uuids; undefined: all; the first unknown one ends the list
 */
export function visibleCards(cards: readonly GraphicsCard[], visible: string | undefined): GraphicsCard[] {
  if (visible === undefined) return [...cards]
  const found: GraphicsCard[] = []
  for (const wanted of visible.split(',').map((part) => part.trim())) {
    const card = cards.find(({ index, uuid }) => String(index) === wanted || (wanted !== '' && uuid.startsWith(wanted)))
    if (!card) break
    found.push(card)
  }
  return found
}
