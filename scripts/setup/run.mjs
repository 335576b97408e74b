// Runs a program for the set-up. Children die with the set-up, so that an interruption leaves no compiler behind.
import { spawn, spawnSync } from 'node:child_process'
import { SetupError } from './setup-error.mjs'

const TAIL_LINES = 15

/**
 * Runs a program to its end; its output is kept and shown only when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, failure: string }} options `failure` is the sentence that opens the error
 * @returns {Promise<string>} what it wrote to stdout
 * @throws {SetupError} when it cannot be started or ends with a code other than 0
 */
export function run(program, args, { cwd, env, failure }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = () => child.kill()
    process.once('exit', stop)
    let stdout = ''
    let output = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      output += chunk
    })
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => reject(new SetupError(`${failure}\n${program}: ${error.message}`)))
    child.on('close', (code, signal) => {
      process.off('exit', stop)
      if (code === 0) return resolve(stdout)
      const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
      reject(new SetupError(`${failure}\n${program} ended with ${signal ?? `code ${code}`}; its last lines:\n${tail}`))
    })
  })
}

/**
 * The first line a program prints, or undefined when it is not there or fails.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env whose PATH is searched
 * @returns {string | undefined}
 */
export function probe(program, args, env = process.env) {
  const { status, stdout } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 20_000 })
  return status === 0 ? stdout.split('\n')[0] : undefined
}
