// Starts the trainer on a job folder, as a process of its own that outlives whoever started it.
import { spawn } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { claimJob } from '../../../trainer/job-folder/claim-job.ts'
import { thisProcess } from '../../../trainer/job-folder/process-liveness.ts'
import { isAlive } from './job-state.ts'
import { requestControl } from './request-control.ts'

export const TRAINER_LOG = 'trainer.log'
/** Begins the part of the log that one process wrote. */
export const LOG_START = '=== started at '
export const trainerScript = join(import.meta.dirname, '../../../trainer/main.ts')

/**
 * Runs `node trainer/main.ts FOLDER` detached; its stdout and stderr go to FOLDER/trainer.log.
 * The job is claimed for it here too, so that a child that dies at once is seen as dead.
 * @returns the process id
 * @throws OrganMosaicError `conflict` when a process works on the folder already, `environment` when none can be started
 */
export async function startJob(folder: string, script = trainerScript): Promise<number> {
  if (isAlive(folder)) {
    throw new OrganMosaicError('conflict', `A process is already working on ${folder}; wait for it or stop it first.`)
  }
  requestControl(folder, 'run')
  const log = openSync(join(folder, TRAINER_LOG), 'a')
  writeSync(log, `${LOG_START}${new Date().toISOString()}\n`)
  try {
    const child = await spawnDetached([script, folder], log)
    await claimFor(folder, child)
    return child.pid
  } finally {
    closeSync(log)
  }
}

interface Started {
  readonly pid: number
  readonly end: () => void
}

async function spawnDetached(words: readonly string[], log: number): Promise<Started> {
  try {
    const child = spawn(process.execPath, words, {
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
    return { pid, end: () => child.kill('SIGKILL') }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrganMosaicError('environment', `The trainer process could not be started (${reason}).`, { cause })
  }
}

/** Of two that start the same job at the same moment, here or on two machines, one waits out. */
async function claimFor(folder: string, child: Started): Promise<void> {
  try {
    await claimJob(folder, thisProcess(child.pid))
  } catch (thrown) {
    child.end()
    throw thrown
  }
}

/** Inside Electron this program is Electron: only with this variable does it run a script as Node would. */
export function nodeEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  { electron }: NodeJS.ProcessVersions = process.versions,
): NodeJS.ProcessEnv {
  return electron === undefined ? environment : { ...environment, ELECTRON_RUN_AS_NODE: '1' }
}
