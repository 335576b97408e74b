// A trainer that was refused memory starts anew: what the refused work left in TensorFlow, on the processor or on a
// card, is only sure to be free when its process is gone.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessSchema } from '../../contract/job.ts'

/** Everything that the next process needs is on disk. */
export class StartAgain extends Error {}

/**
 * The same process begins anew where the system can do that: whoever waits for it, a cluster say, goes on waiting.
 * Elsewhere another one takes over, and this returns once process.json names it.
 * @param environment as this process found it
 */
export async function startAgain(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const call = [...process.execArgv, ...process.argv.slice(1)]
  if (process.platform !== 'win32' && process.execve) {
    process.execve(process.execPath, [process.execPath, ...call], environment)
  }
  const child = spawn(process.execPath, call, { detached: true, stdio: 'inherit', env: environment, windowsHide: true })
  child.unref()
  while (child.exitCode === null && (await workingPid(folder)) !== child.pid) await sleep(50)
}

async function workingPid(folder: string): Promise<number> {
  return ProcessSchema.parse(JSON.parse(await readFile(join(folder, 'process.json'), 'utf8'))).pid
}
