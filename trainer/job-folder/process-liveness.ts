// Is the process that process.json names still the one that works on the job? A process id alone does not say: the
// number may belong to another process by now, or be meant for another machine of the same name.
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ProcessSchema, type JobProcess } from '../../contract/job.ts'

export const PROCESS_FILE = 'process.json'

/** Boot time in /proc has whole seconds; clocks are corrected. */
const toleranceMs = 3_000
/** Linux counts start times in 1/100 s wherever Node runs (USER_HZ). */
const ticksPerSecond = 100

/** null when nothing ever worked on the job, or the file is being replaced by something unreadable. */
export function readJobProcess(folder: string): JobProcess | null {
  return readProcess(join(folder, PROCESS_FILE))
}

export function readProcess(path: string): JobProcess | null {
  try {
    return ProcessSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

/** A process of this machine, by what nobody else has. */
export function thisProcess(pid = process.pid): JobProcess {
  const identity = identityOf(pid)
  return { pid, host: hostname(), startedAt: new Date().toISOString(), ...(identity === null ? {} : { identity }) }
}

export const isSameProcess = (a: JobProcess, b: JobProcess): boolean =>
  a.pid === b.pid && a.host === b.host && (!a.identity || !b.identity || a.identity === b.identity)

/**
 * Alive: the pid exists on this machine, is no zombie, and belongs to the process that is meant.
 * A process of another machine, or of another boot of one with this name, cannot be asked: 'elsewhere'.
 */
export function processLiveness(process: JobProcess): 'alive' | 'dead' | 'elsewhere' {
  if (process.host !== hostname()) return 'elsewhere'
  const boot = bootId()
  if (process.identity && boot && !process.identity.startsWith(`${boot} `)) return 'elsewhere'
  if (!pidExists(process.pid)) return 'dead'
  const started = startTicks(process.pid)
  if (started === 'gone') return 'dead'
  if (started === 'unknown') return 'alive'
  if (process.identity && boot) return process.identity === `${boot} ${started}` ? 'alive' : 'dead'
  return startTimeMs(started) <= Date.parse(process.startedAt) + toleranceMs ? 'alive' : 'dead'
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** Counted from the machine's start, so that no correction of the clock changes it. */
function identityOf(pid: number): string | null {
  const [boot, started] = [bootId(), startTicks(pid)]
  return boot && typeof started === 'number' ? `${boot} ${started}` : null
}

/** Linux draws one at every start. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

/** From /proc/PID/stat, where there is one: the fields after the command's closing bracket, state first, start 20th. */
function startTicks(pid: number): number | 'gone' | 'unknown' {
  if (!existsSync('/proc/stat')) return 'unknown'
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone'
    const ticks = Number(fields[19])
    return Number.isFinite(ticks) ? ticks : 'unknown'
  } catch {
    return 'gone'
  }
}

function startTimeMs(ticks: number): number {
  const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0)
  return (bootSeconds + ticks / ticksPerSecond) * 1000
}
