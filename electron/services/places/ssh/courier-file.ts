// courier.json of a job folder: the process of this machine that carries between it and its copy on another machine.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ProcessSchema } from '../../../../contract/job.ts'
import { isSameProcess, processLiveness, thisProcess } from '../../../../trainer/job-folder/process-liveness.ts'
import { whereAway } from '../../../../trainer/job-folder/read-job-place.ts'
import { nodeEnvironment } from '../../jobs/start-job.ts'
import { writeJsonFile } from '../../workspace/json-file.ts'

export const COURIER_FILE = 'courier.json'
/** What it sends, for rsync. */
export const LIST_FILE = 'courier.list'
const script = join(import.meta.dirname, 'courier.ts')

const CourierSchema = ProcessSchema.extend({ rounds: z.int().nonnegative() })
type Courier = z.infer<typeof CourierSchema>

/** Another machine that works with the same workspace may have one: it counts while its rounds are seen to change. */
const SILENCE_MS = 60_000
const seen = new Map<string, { rounds: string; changedAtMs: number }>()

function isCarrying(folder: string): boolean {
  const courier = readCourier(folder)
  if (courier === null) return false
  const liveness = processLiveness(courier)
  if (liveness !== 'elsewhere') return liveness === 'alive'
  const rounds = JSON.stringify(courier)
  if (seen.get(folder)?.rounds !== rounds) seen.set(folder, { rounds, changedAtMs: performance.now() })
  return performance.now() - seen.get(folder)!.changedAtMs < SILENCE_MS
}

function readCourier(folder: string): Courier | null {
  try {
    return CourierSchema.parse(JSON.parse(readFileSync(join(folder, COURIER_FILE), 'utf8')))
  } catch {
    return null
  }
}

/** For a job that is away. A courier outlives whoever started it, and is waited for until it has looked once. */
export async function ensureCourier(folder: string, patienceMs = 20_000): Promise<void> {
  if (whereAway(folder) === null || isCarrying(folder)) return
  const child = spawn(process.execPath, [script, folder], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
    env: nodeEnvironment(),
  })
  let gone = false
  child.once('error', () => (gone = true)).once('exit', () => (gone = true))
  child.unref()
  const looked = (): boolean => {
    const courier = readCourier(folder)
    return courier !== null && courier.pid === child.pid && courier.rounds > 0
  }
  for (const until = performance.now() + patienceMs; !gone && !looked() && performance.now() < until;) await sleep(50)
}

/** Of the process itself. */
export interface CourierSign {
  /** @returns whether it is still the one: another may have begun at the same moment, and its job may be gone */
  readonly isMine: () => boolean
  readonly nextRound: () => void
  readonly end: () => void
}

/** @returns null when another one carries already */
export async function becomeCourier(folder: string): Promise<CourierSign | null> {
  if (isCarrying(folder)) return null
  const me = thisProcess()
  let rounds = 0
  const write = (): void => writeJsonFile(join(folder, COURIER_FILE), { ...me, rounds } satisfies Courier)
  const isMine = (): boolean => {
    const courier = existsSync(folder) ? readCourier(folder) : null
    return courier !== null && isSameProcess(courier, me)
  }
  write()
  // Of two that begin at the same moment the last one stays.
  await sleep(200)
  if (!isMine()) return null
  return {
    isMine,
    nextRound() {
      rounds += 1
      if (isMine()) write()
    },
    end() {
      if (isMine()) rmSync(join(folder, COURIER_FILE), { force: true })
    },
  }
}
