// Starts the trainer on a job folder, as a process of its own that outlives whoever started it.
import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import { isAlive } from './job-state.ts'
import { PROCESS_FILE } from './process-liveness.ts'
import { requestControl } from './request-control.ts'

export const TRAINER_LOG = 'trainer.log'
/** Begins the part of the log that one process wrote. */
export const LOG_START = '=== started at '
const trainerScript = join(import.meta.dirname, '../../../trainer/main.ts')
const staleLockMs = 30_000

/**
 * Runs `node trainer/main.ts FOLDER` detached; its stdout and stderr go to FOLDER/trainer.log.
 * process.json is written here first, so that a child that dies at once is seen as dead, and again by the child.
 * @returns the process id
 * @throws OrganMosaicError `conflict` when a process works on the folder already, `environment` when none can be started
 */
export async function startJob(folder: string, script = trainerScript): Promise<number> {
  return withLock(folder, async () => {
    if (isAlive(folder)) {
      throw new OrganMosaicError('conflict', `A process is already working on ${folder}; wait for it or stop it first.`)
    }
    requestControl(folder, 'run')
    const startedAt = new Date().toISOString()
    const log = openSync(join(folder, TRAINER_LOG), 'a')
    writeSync(log, `${LOG_START}${startedAt}\n`)
    try {
      const child = spawn(process.execPath, [script, folder], {
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
        env: nodeEnvironment(),
      })
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('spawn', () => resolve(child.pid ?? 0))
      })
      child.unref()
      writeJsonFile(join(folder, PROCESS_FILE), { pid, host: hostname(), startedAt })
      return pid
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new OrganMosaicError('environment', `The trainer process could not be started (${reason}).`, { cause })
    } finally {
      closeSync(log)
    }
  })
}

/** Inside Electron this program is Electron: only with this variable does it run a script as Node would. */
export function nodeEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  { electron }: NodeJS.ProcessVersions = process.versions,
): NodeJS.ProcessEnv {
  return electron === undefined ? environment : { ...environment, ELECTRON_RUN_AS_NODE: '1' }
}

/** Two callers that start the same job at the same moment would both write its checkpoints: one waits out. */
async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'start.lock')
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
  if (age > staleLockMs) rmSync(lock, { force: true })
  try {
    closeSync(openSync(lock, 'wx'))
  } catch (cause) {
    throw new OrganMosaicError('conflict', `Somebody else is starting the job in ${folder} right now.`, { cause })
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}
