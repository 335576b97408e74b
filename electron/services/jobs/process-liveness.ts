// Is the process that process.json names still the one that works on the job? A process id alone does not say:
// the number may belong to another process by now.
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { ProcessSchema } from '../../../contract/job.ts'
import { readJsonFile } from '../workspace/json-file.ts'

export type JobProcess = z.infer<typeof ProcessSchema>
export const PROCESS_FILE = 'process.json'

/** Boot time in /proc has whole seconds; clocks are corrected. */
const toleranceMs = 3_000
/** Linux counts start times in 1/100 s wherever Node runs (USER_HZ). */
const ticksPerSecond = 100

/** null when nothing ever worked on the job, or the file is being replaced by something unreadable. */
export function readJobProcess(folder: string): JobProcess | null {
  const path = join(folder, PROCESS_FILE)
  if (!existsSync(path)) return null
  try {
    return readJsonFile(path, ProcessSchema)
  } catch {
    return null
  }
}

/**
 * Alive: the pid exists on this host, is no zombie, and did not start after process.json says it did.
 * A process of another host cannot be asked: 'elsewhere'.
 */
export function processLiveness(process: JobProcess): 'alive' | 'dead' | 'elsewhere' {
  if (process.host !== hostname()) return 'elsewhere'
  if (!pidExists(process.pid)) return 'dead'
  const startedMs = startTimeMs(process.pid)
  if (startedMs === 'zombie') return 'dead'
  if (startedMs === 'unknown') return 'alive'
  return startedMs <= Date.parse(process.startedAt) + toleranceMs ? 'alive' : 'dead'
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** From /proc/PID/stat, where there is one: the fields after the command's closing bracket, state first, start 20th. */
function startTimeMs(pid: number): number | 'zombie' | 'unknown' {
  if (!existsSync('/proc/stat')) return 'unknown'
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return 'zombie'
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
    const startedMs = (bootSeconds + Number(fields[19]) / ticksPerSecond) * 1000
    return Number.isFinite(startedMs) ? startedMs : 'unknown'
  } catch {
    return 'zombie'
  }
}
