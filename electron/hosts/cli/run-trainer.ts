// organ-mosaic job FOLDER: the trainer on a job folder, as a cluster or another machine starts it. It needs no workspace and
// is no command for people: what a person starts is a run.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { nodeEnvironment, trainerScript } from '../../services/jobs/start-job.ts'

/** @returns the trainer's exit code; where the system can do that, this process becomes the trainer and does not return */
export async function runTrainer(words: readonly string[]): Promise<number> {
  const [folder, ...others] = words
  if (folder === undefined || others.length > 0) {
    throw new OrganMosaicError('usage', 'organ-mosaic job expects one job folder.')
  }
  const call = [trainerScript, resolve(folder)]
  if (process.platform !== 'win32' && process.execve) {
    process.execve(process.execPath, [process.execPath, ...call], nodeEnvironment())
  }
  const child = spawn(process.execPath, call, { stdio: 'inherit', env: nodeEnvironment() })
  return new Promise((resolveCode, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolveCode(code ?? 1))
  })
}
